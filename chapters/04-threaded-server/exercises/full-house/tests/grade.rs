//! Plays the checks of this exercise on its program: `cargo test -p ex04-full-house`.

checks::grade!("04-full-house");
