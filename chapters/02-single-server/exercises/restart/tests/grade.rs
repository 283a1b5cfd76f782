//! Plays the checks of this exercise on its program: `cargo test -p ex02-restart`.

checks::grade!("02-restart");
