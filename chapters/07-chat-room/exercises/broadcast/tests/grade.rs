//! Plays the checks of this exercise on its program: `cargo test -p ex07-broadcast`.

checks::grade!("07-broadcast");
