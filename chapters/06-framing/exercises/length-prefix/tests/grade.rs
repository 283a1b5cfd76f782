//! Plays the checks of this exercise on its program: `cargo test -p ex06-length-prefix`.

checks::grade!("06-length-prefix");
