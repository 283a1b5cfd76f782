//! What a seed decides: the fate of each datagram.

use std::fmt;
use std::time::Duration;

use crate::Direction;

/// How a relay treats the datagrams of one direction.
///
/// Each datagram has one [`Fate`]; so the three percentages together are 100 at the most, and what
/// is left of 100 passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// How many of 100 datagrams are dropped.
    pub drop: u8,
    /// How many of 100 are sent on twice.
    pub duplicate: u8,
    /// How many of 100 are held back until a later one has passed.
    pub reorder: u8,
    /// No more than so many in a row are dropped; the next one passes, whatever the seed says.
    /// So who sends often enough gets through, and a test can count on it.
    pub most_in_a_row: u32,
    /// How long each datagram takes, at the least.
    pub delay: Duration,
    /// How long a datagram is held back if no later one passes, so that the last one of all is not
    /// lost.
    pub hold: Duration,
}

/// No trouble: all pass, at once.
impl Default for Trouble {
    fn default() -> Self {
        Self {
            drop: 0,
            duplicate: 0,
            reorder: 0,
            most_in_a_row: u32::MAX,
            delay: Duration::ZERO,
            hold: Duration::from_millis(50),
        }
    }
}

/// What becomes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is sent on.
    Passed,
    /// It is not sent on.
    Dropped,
    /// It is sent on twice, one right after the other.
    Duplicated,
    /// It is sent on after the next one that passes, or when [`Trouble::hold`] is over.
    HeldBack,
}

/// One datagram, and what a relay has decided about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whose it is: clients are numbered from 0, in the order in which they were first heard.
    pub client: usize,
    /// Which way it goes.
    pub direction: Direction,
    /// How many of this client have gone this way before it.
    pub index: u64,
    /// Its length in bytes.
    pub length: usize,
    /// What becomes of it.
    pub fate: Fate,
}

/// Decides about the datagrams of one client that go one way, one after the other.
#[derive(Debug)]
pub(crate) struct Sequence {
    seed: u64,
    direction: Direction,
    trouble: Trouble,
    index: u64,
    dropped_in_a_row: u32,
}

impl Sequence {
    pub(crate) fn new(seed: u64, direction: Direction, trouble: Trouble) -> Self {
        Self { seed, direction, trouble, index: 0, dropped_in_a_row: 0 }
    }

    /// The index of the next datagram, and its fate.
    pub(crate) fn next(&mut self) -> (u64, Fate) {
        let Trouble { drop, duplicate, reorder, most_in_a_row, .. } = self.trouble;
        let index = self.index;
        self.index += 1;
        let rolled = (roll(self.seed, self.direction, index) % 100) as u8;
        let fate = match rolled {
            it if it < drop && self.dropped_in_a_row < most_in_a_row => Fate::Dropped,
            it if it < drop => Fate::Passed,
            it if it < drop + duplicate => Fate::Duplicated,
            it if it < drop + duplicate + reorder => Fate::HeldBack,
            _ => Fate::Passed,
        };
        self.dropped_in_a_row = match fate {
            Fate::Dropped => self.dropped_in_a_row + 1,
            _ => 0,
        };
        (index, fate)
    }
}

/// A number that looks random and is the same each time: SplitMix64 (Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", 2014). Written out here, because the numbers of a
/// crate may change with its version, and then a seed would no longer mean the same run.
pub(crate) fn roll(seed: u64, direction: Direction, index: u64) -> u64 {
    let way = match direction {
        Direction::ToServer => 0,
        Direction::ToClient => 1,
    };
    mix(mix(seed) ^ (index << 1 | way))
}

fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl Trouble {
    /// What is wrong with it, if anything.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let sum = u32::from(self.drop) + u32::from(self.duplicate) + u32::from(self.reorder);
        (sum > 100).then_some("drop, duplicate and reorder are more than 100 % together")
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "passes",
            Self::Dropped => "is dropped",
            Self::Duplicated => "is sent on twice",
            Self::HeldBack => "is held back",
        })
    }
}

/// `client 0, to server, datagram 3, 517 bytes: is dropped`
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, direction, index, length, fate } = self;
        write!(f, "client {client}, {direction}, datagram {index}, {length} bytes: {fate}")
    }
}
