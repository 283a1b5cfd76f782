//! A part of a class, for one of several machines that grade it together.

use std::str::FromStr;

/// The K-th of N parts: every N-th submission, by name, from the K-th.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: usize,
    of: usize,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Those of the items, which are in order, that belong to this part.
    pub fn of<Item>(self, items: Vec<Item>) -> Vec<Item> {
        items.into_iter().skip(self.number - 1).step_by(self.of).collect()
    }
}

impl FromStr for Shard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "a part is written K/N, as in 1/3, with K from 1 to N";
        let (number, of) = text.split_once('/').ok_or(WANTED)?;
        let shard = Self {
            number: number.parse().map_err(|_| WANTED)?,
            of: of.parse().map_err(|_| WANTED)?,
        };
        if !(1..=shard.of).contains(&shard.number) {
            return Err(WANTED);
        }
        Ok(shard)
    }
}
