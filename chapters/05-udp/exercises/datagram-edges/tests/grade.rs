//! Plays the checks of this exercise on its program: `cargo test -p ex05-datagram-edges`.

checks::grade!("05-datagram-edges");
