//! Plays the checks of this exercise on its program: `cargo test -p ex03-no-answer`.

checks::grade!("03-no-answer");
