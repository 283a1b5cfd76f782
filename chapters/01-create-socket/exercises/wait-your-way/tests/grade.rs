//! Plays the checks of this exercise on its program: `cargo test -p ex01-wait-your-way`.

checks::grade!("01-wait-your-way");
