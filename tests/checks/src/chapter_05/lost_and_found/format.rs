//! The datagrams of 05-lost-and-found, as its README lays them out: a letter, a number of four bytes,
//! big endian, and behind a `D` the bytes of a block.

use crate::Stage;
use crate::words::quoted;

/// The most bytes of a block.
pub(super) const BLOCK: usize = 512;

/// What is sent, and the datagrams that it makes.
pub(super) struct Text(pub(super) Vec<u8>);

impl Text {
    pub(super) fn of(stage: &Stage, length: usize) -> Self {
        let mut text = String::new();
        while text.len() < length {
            text += &stage.word();
            text.push(' ');
        }
        text.truncate(length);
        Self(text.into_bytes())
    }

    /// The block of this number, or the end.
    pub(super) fn datagram(&self, number: usize) -> Vec<u8> {
        self.0.chunks(BLOCK).nth(number).map_or_else(|| end(number), |bytes| block(number, bytes))
    }
}

pub(super) fn block(number: usize, bytes: &[u8]) -> Vec<u8> {
    datagram(b'D', number, bytes)
}

pub(super) fn end(number: usize) -> Vec<u8> {
    datagram(b'E', number, b"")
}

pub(super) fn acknowledgement(number: usize) -> Vec<u8> {
    datagram(b'A', number, b"")
}

fn datagram(kind: u8, number: usize, bytes: &[u8]) -> Vec<u8> {
    let number = u32::try_from(number).expect("a text has few blocks");
    [&[kind], &number.to_be_bytes()[..], bytes].concat()
}

/// A datagram in words.
pub(super) fn named(datagram: &[u8]) -> String {
    let Some((&[kind, ref number @ ..], bytes)) = datagram.split_first_chunk::<5>() else {
        return format!("garbage: {}", quoted(datagram));
    };
    let number = u32::from_be_bytes(*number);
    match (kind, bytes.len()) {
        (b'D', 1..=BLOCK) => format!("block {number}: {}", quoted(bytes)),
        (b'D', 0) => format!("garbage: block {number}, without bytes"),
        (b'D', count) => format!("garbage: block {number}, with {count} bytes"),
        (b'E', 0) => format!("the end, number {number}"),
        (b'A', 0) => format!("the acknowledgement of number {number}"),
        _ => format!("garbage: {}", quoted(datagram)),
    }
}
