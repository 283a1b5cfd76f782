//! A recording, as a picture: each thread a lane, time downwards, each call a bar.

mod arrows;
mod figure;
mod layout;
mod measure;
mod selection;
mod steps;
mod svg;
mod window;

pub use self::figure::{Figure, page, told};
pub use self::layout::Layout;
pub use self::steps::{Part, Step, lanes, steps, under_way};
