//! Plays the checks of this exercise on its program: `cargo test -p ex01-which-socket`.

checks::grade!("01-which-socket");
