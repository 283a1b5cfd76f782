//! Plays the checks of this exercise on its program: `cargo test -p ex02-split-character`.

checks::grade!("02-split-character");
