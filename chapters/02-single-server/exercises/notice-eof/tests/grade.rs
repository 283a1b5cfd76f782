//! Plays the checks of this exercise on its program: `cargo test -p ex02-notice-eof`.

checks::grade!("02-notice-eof");
