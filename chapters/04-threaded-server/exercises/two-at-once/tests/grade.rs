//! Plays the checks of this exercise on its program: `cargo test -p ex04-two-at-once`.

checks::grade!("04-two-at-once");
