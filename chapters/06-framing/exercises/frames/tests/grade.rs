//! Plays the checks of this exercise on its program: `cargo test -p ex06-frames`.

checks::grade!("06-frames");
