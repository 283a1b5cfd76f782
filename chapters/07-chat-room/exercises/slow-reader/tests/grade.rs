//! Plays the checks of this exercise on its program: `cargo test -p ex07-slow-reader`.

checks::grade!("07-slow-reader");
