//! Plays the checks of this exercise on its program: `cargo test -p ex03-send-it-all`.

checks::grade!("03-send-it-all");
