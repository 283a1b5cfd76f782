//! Frames: messages that keep their boundaries on a stream of bytes. Lift this file into a program
//! of yours; it knows of no socket.
//!
//! | format | what goes over the wire                                        | a message may hold   |
//! |--------|----------------------------------------------------------------|----------------------|
//! | line   | the message, then a newline                                    | all but newlines     |
//! | length | how many bytes follow (4 bytes, big endian), then the message  | anything             |

use std::mem;

/// How a message is told apart from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A newline behind each message.
    Line,
    /// Four bytes before each message: its length, big endian.
    Length,
}

/// How many bytes a length has.
const HEADER: usize = 4;

impl Format {
    // ANCHOR: encode
    /// Adds the frame of a message to `out`. Returns false, and adds nothing, if this format has no
    /// frame for it: a line cannot hold a newline, and four bytes cannot say a length of 4 GiB.
    pub fn encode(self, message: &[u8], out: &mut Vec<u8>) -> bool {
        match (self, u32::try_from(message.len())) {
            (Self::Line, _) if !message.contains(&b'\n') => {
                out.extend_from_slice(message);
                out.push(b'\n');
            }
            (Self::Length, Ok(length)) => {
                out.extend_from_slice(&length.to_be_bytes());
                out.extend_from_slice(message);
            }
            _ => return false,
        }
        true
    }
    // ANCHOR_END: encode
}

// ANCHOR: frame
/// What the next frame is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A message; it may be empty, which a stream without frames has no way to say.
    Message(Vec<u8>),
    /// A line over the limit: it has been passed over, and the next line is the next frame.
    Skipped,
    /// A length over the limit: so many bytes. No frame comes after it.
    ///
    /// It could be passed over as well. But nobody should read 4 GiB in order to forget them, and
    /// whoever sends such a length mostly speaks another protocol: `GET ` is 1,195,725,856.
    Refused(u32),
}
// ANCHOR_END: frame

// ANCHOR: frames
/// The receiving side: bytes go in as they come, frames come out.
#[derive(Debug)]
pub struct Frames {
    format: Format,
    limit: usize,
    /// What has come, and has not gone out as a part of a frame: a frame that is not whole yet, and
    /// behind a whole one whatever came together with it.
    bytes: Vec<u8>,
    /// How many of them have gone out already. They are thrown away all at once when more comes:
    /// to move the rest to the front for each frame would take a time that grows with the square of
    /// what one read brings.
    out: usize,
    /// How many have been searched for a newline. Without that, a line that comes byte by byte is
    /// searched from its beginning each time.
    searched: usize,
    /// Whether what comes belongs to a frame over the limit.
    skips: bool,
}
// ANCHOR_END: frames

impl Frames {
    /// No bytes yet. A message may have `limit` bytes.
    pub fn new(format: Format, limit: usize) -> Self {
        Self { format, limit, bytes: Vec::new(), out: 0, searched: 0, skips: false }
    }

    // ANCHOR: push
    /// Takes what one recv has returned, whatever that is: a byte, half a frame, or many frames.
    ///
    /// It holds no more than one frame and these bytes, if [`next`](Self::next) is called until it
    /// returns `None` before more is pushed.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.out);
        self.searched -= self.out;
        self.out = 0;
        self.bytes.extend_from_slice(bytes);
    }
    // ANCHOR_END: push

    /// The next frame; `None` until more has come.
    pub fn next(&mut self) -> Option<Frame> {
        match self.format {
            Format::Line => self.next_line(),
            Format::Length => self.next_of_length(),
        }
    }

    /// Whether the stream may end here. If not, it ends inside a frame, of which the rest is lost.
    pub fn may_end(&self) -> bool {
        self.out == self.bytes.len() && !self.skips
    }

    // ANCHOR: line
    fn next_line(&mut self) -> Option<Frame> {
        let new = &self.bytes[self.searched..];
        let Some(newline) = new.iter().position(|byte| *byte == b'\n') else {
            self.searched = self.bytes.len();
            if self.skips || self.searched - self.out > self.limit {
                self.skips = true;
                self.out = self.searched; // nobody needs it any more
            }
            return None;
        };
        let message = self.out..self.searched + newline;
        self.out = message.end + 1;
        self.searched = self.out;
        if mem::take(&mut self.skips) || message.len() > self.limit {
            return Some(Frame::Skipped);
        }
        Some(Frame::Message(self.bytes[message].to_vec()))
    }
    // ANCHOR_END: line

    // ANCHOR: length
    fn next_of_length(&mut self) -> Option<Frame> {
        if self.skips {
            self.out = self.bytes.len(); // whatever it is, it is no frame
            self.searched = self.out;
            return None;
        }
        let (header, rest) = self.bytes[self.out..].split_first_chunk::<HEADER>()?;
        let length = u32::from_be_bytes(*header);
        // Looked at before a single byte of it is waited for, or has memory set aside.
        let size = usize::try_from(length).ok().filter(|size| *size <= self.limit);
        let Some(size) = size else {
            self.skips = true;
            return Some(Frame::Refused(length));
        };
        let message = rest.get(..size)?.to_vec();
        self.out += HEADER + size;
        self.searched = self.out;
        Some(Frame::Message(message))
    }
    // ANCHOR_END: length
}
