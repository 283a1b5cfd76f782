//! Plays the checks of this exercise on its program: `cargo test -p ex06-last-words`.

checks::grade!("06-last-words");
