//! One direction of a stream: when which bytes are handed on.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::Direction;
use crate::chance::roll;

/// How many bytes one direction of a connection holds at the most, but for the last read. While it
/// holds so many, no more are taken, and the sender is held up by its own kernel (RFC 9293, section
/// 3.8.6).
const MOST_HELD: usize = 64 << 10;

/// How a relay hands on the bytes of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Pieces have so many bytes at the most, and at least one; the seed decides. `None`: they are
    /// handed on as they come.
    pub chop: Option<usize>,
    /// Pieces have exactly as many bytes as [`chop`](Self::chop) says, but for what is left over
    /// when nothing more has come.
    pub even: bool,
    /// How long after one piece the next may follow.
    pub pause: Duration,
    /// Bytes are held back until so many are together, and then handed on together. `None`: they
    /// are not held back.
    pub merge: Option<usize>,
    /// How long the relay waits for more, before it hands on fewer than that.
    pub patience: Duration,
    /// How long each byte takes, at the least, and the end of the stream as well.
    pub delay: Duration,
}

/// As they come, at once.
impl Default for Shape {
    fn default() -> Self {
        Self {
            chop: None,
            even: false,
            pause: Duration::ZERO,
            merge: None,
            patience: Duration::from_millis(50),
            delay: Duration::ZERO,
        }
    }
}

impl Shape {
    /// What is wrong with it, if anything.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        match self {
            Self { chop: Some(0), .. } => Some("a piece has one byte at least"),
            Self { merge: Some(MOST_HELD..), .. } => Some("merge is 65535 bytes at the most"),
            Self { even: true, chop: None, .. } => Some("even pieces need a size: chop"),
            _ => None,
        }
    }
}

/// One direction of a connection. It knows of no socket: somebody else reads and writes.
#[derive(Debug)]
pub(crate) struct Pipe {
    shape: Shape,
    seed: u64,
    direction: Direction,
    /// What has come, and when it has taken long enough.
    delayed: VecDeque<(Instant, Vec<u8>)>,
    /// When the end of the stream has taken long enough.
    end: Option<Instant>,
    /// What has taken long enough.
    ripe: VecDeque<u8>,
    /// When the last of it was ripe.
    ripened: Instant,
    /// Whether it need not wait for more.
    flows: bool,
    held: usize,
    /// How many bytes are left of this piece, and how many pieces there have been.
    left: usize,
    pieces: u64,
    not_before: Instant,
    ended: bool,
}

impl Pipe {
    pub(crate) fn new(shape: Shape, seed: u64, direction: Direction) -> Self {
        let now = Instant::now();
        Self {
            shape,
            seed,
            direction,
            delayed: VecDeque::new(),
            end: None,
            ripe: VecDeque::new(),
            ripened: now,
            flows: false,
            held: 0,
            left: 0,
            pieces: 0,
            not_before: now,
            ended: false,
        }
    }

    /// Whether it takes more.
    pub(crate) fn has_room(&self) -> bool {
        self.end.is_none() && self.held < MOST_HELD
    }

    pub(crate) fn take(&mut self, bytes: &[u8], now: Instant) {
        self.held += bytes.len();
        self.delayed.push_back((now + self.shape.delay, bytes.to_vec()));
    }

    pub(crate) fn take_end(&mut self, now: Instant) {
        self.end = Some(now + self.shape.delay);
    }

    /// The bytes that are to be handed on now, in one write; none if it is not time yet.
    pub(crate) fn piece(&mut self, now: Instant) -> &[u8] {
        while let Some((due, bytes)) = self.delayed.front()
            && *due <= now
        {
            self.ripe.extend(bytes);
            self.ripened = *due;
            self.delayed.pop_front();
        }
        let Shape { merge, patience, .. } = self.shape;
        self.flows |= merge.is_none_or(|least| self.ripe.len() >= least)
            || !self.ripe.is_empty() && self.ripened + patience <= now
            || self.end.is_some() && self.delayed.is_empty();
        if self.left == 0 {
            self.left = self.next_size();
        }
        if !self.flows || self.not_before > now {
            return &[];
        }
        let length = self.left.min(self.ripe.len());
        &self.ripe.make_contiguous()[..length]
    }

    /// How long the next piece is. It depends on the seed and on how many there have been, never on
    /// how the bytes have come.
    fn next_size(&mut self) -> usize {
        let Shape { chop, even, .. } = self.shape;
        let index = self.pieces;
        self.pieces += 1;
        match chop {
            None => usize::MAX,
            Some(most) if even => most,
            Some(most) => (roll(self.seed, self.direction, index) % most as u64) as usize + 1,
        }
    }

    /// So many bytes of the piece have been handed on.
    pub(crate) fn hand_on(&mut self, count: usize, now: Instant) {
        self.ripe.drain(..count);
        self.held -= count;
        self.left = if self.shape.chop.is_some() { self.left - count } else { 0 };
        self.not_before = now + self.shape.pause;
        self.flows &= !self.ripe.is_empty();
    }

    /// Whether the end of the stream is to be handed on now; true once.
    pub(crate) fn ends(&mut self, now: Instant) -> bool {
        let ends = self.held == 0 && !self.ended && self.end.is_some_and(|due| due <= now);
        self.ended |= ends;
        ends
    }

    /// Whether the end has been handed on.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// When there is something to do next, if nothing comes until then.
    pub(crate) fn due(&self) -> Option<Instant> {
        let next = self.delayed.front().map(|(due, _)| *due);
        let end = self.end.filter(|_| self.held == 0 && !self.ended);
        let ripe = (!self.ripe.is_empty()).then(|| match self.flows {
            true => self.not_before,
            false => self.ripened + self.shape.patience,
        });
        [next, end, ripe].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Pipe, Shape};
    use crate::Direction;

    #[test]
    fn what_comes_after_a_pause_is_merged_again() {
        let patience = Duration::from_millis(50);
        let shape = Shape { merge: Some(10), patience, ..Shape::default() };
        let mut now = Instant::now();
        let mut pipe = Pipe::new(shape, 1, Direction::ToServer);
        for _ in 0..2 {
            now += patience * 20;
            pipe.take(b"hello", now);
            assert_eq!(pipe.piece(now), b"", "five bytes of ten wait for more");
            pipe.take(b"world", now);
            assert_eq!(pipe.piece(now), b"helloworld");
            pipe.hand_on(10, now);
            pipe.take(b"alone", now);
            now += patience;
            assert_eq!(pipe.piece(now), b"alone");
            pipe.hand_on(5, now);
            now += patience * 20;
            assert_eq!(pipe.piece(now), b"");
        }
    }
}
