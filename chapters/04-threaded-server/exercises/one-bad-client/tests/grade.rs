//! Plays the checks of this exercise on its program: `cargo test -p ex04-one-bad-client`.

checks::grade!("04-one-bad-client");
