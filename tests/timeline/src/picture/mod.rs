//! A recording, as a picture: each thread a lane, time downwards, each call a bar.

mod layout;
mod svg;

pub use self::layout::Layout;
