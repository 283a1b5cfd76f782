//! Plays the checks of this exercise on its program: `cargo test -p ex05-lost-and-found`.

checks::grade!("05-lost-and-found");
