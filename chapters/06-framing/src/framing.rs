//! What both sides of a conversation must agree on, as flags.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::frames::Format;

/// What both sides must agree on.
#[derive(clap::Args, Clone, Copy)]
pub struct Framing {
    /// What tells one message from the next
    #[arg(long, value_enum, default_value = "line")]
    pub frame: Format,

    /// The most bytes that a message may have, 1 GiB at most
    #[arg(long, value_name = "BYTES", default_value_t = 1024)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1 << 30))]
    pub limit: u32,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Line, Self::Length]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Line => PossibleValue::new("line").help("A newline behind each message"),
            Self::Length => PossibleValue::new("length")
                .help("Four bytes before each message: its length, big endian"),
        })
    }
}
