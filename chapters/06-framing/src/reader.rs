//! Frames from a socket.

use std::io::{self, ErrorKind, Read};

use socket2::Socket;

use crate::frames::{Format, Frame, Frames};

/// One side of a connection, read frame by frame. Of what recv returns, it keeps what is not due
/// yet, so nobody else may read from the same socket.
pub struct Reader<'a> {
    socket: &'a Socket,
    frames: Frames,
    buffer: Box<[u8]>,
}

/// As much as one recv may return. It has nothing to do with how long a frame is.
const AT_ONCE: usize = 4096;

impl<'a> Reader<'a> {
    /// Reads from `socket`, on which nothing has been read yet.
    pub fn new(socket: &'a Socket, format: Format, limit: usize) -> Self {
        Self { socket, frames: Frames::new(format, limit), buffer: vec![0; AT_ONCE].into() }
    }

    // ANCHOR: next
    /// The next frame, for which it may take many recvs, or none at all: it may have come together
    /// with the one before. `None` at the end of the stream.
    ///
    /// Fails as recv does, and with [`ErrorKind::UnexpectedEof`] if the stream ends inside a frame:
    /// then the peer has been cut short, and what has come of the frame is not a message.
    pub fn next(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.frames.next() {
                return Ok(Some(frame));
            }
            let mut socket = self.socket;
            match socket.read(&mut self.buffer) {
                Ok(0) if self.frames.may_end() => return Ok(None),
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.frames.push(&self.buffer[..count]),
                // A signal woke us; a recv with a timeout does not go on by itself.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
    // ANCHOR_END: next
}
