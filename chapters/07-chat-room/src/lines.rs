//! Lines from a socket.

use std::io::{self, ErrorKind, Read};
use std::time::{Duration, Instant};

use common::timed_out;
use socket2::Socket;

use crate::frames::{Format, Frame, Frames};

/// As much as one recv may return.
const AT_ONCE: usize = 4096;

/// How a recv fails whose time is over (common's timed_out says why).
const TOO_LATE: ErrorKind = if cfg!(windows) { ErrorKind::TimedOut } else { ErrorKind::WouldBlock };

/// The receiving half of a connection, read line by line as in chapter 06.
pub struct Lines<'a> {
    socket: &'a Socket,
    frames: Frames,
    buffer: Box<[u8]>,
    patience: Option<Duration>,
}

impl<'a> Lines<'a> {
    /// Reads from `socket` lines of at most `limit` bytes, and waits for each no longer than
    /// `patience`.
    pub fn new(socket: &'a Socket, limit: usize, patience: Option<Duration>) -> Self {
        let frames = Frames::new(Format::Line, limit);
        Self { socket, frames, buffer: vec![0; AT_ONCE].into(), patience }
    }

    /// From now on waits for each line so long.
    pub fn set_patience(&mut self, patience: Option<Duration>) -> io::Result<()> {
        self.patience = patience;
        self.socket.set_read_timeout(patience)
    }

    /// The next line; `None` at the end of the stream.
    ///
    /// Fails as recv does, with [`ErrorKind::UnexpectedEof`] if the stream ends inside a line, and
    /// as [`timed_out`] tells if patience is at its end: the time is for the whole line, so that a
    /// byte now and then does not prolong it.
    pub fn next(&mut self) -> io::Result<Option<Frame>> {
        let start = Instant::now();
        loop {
            if let Some(frame) = self.frames.next() {
                return Ok(Some(frame));
            }
            if let Some(patience) = self.patience {
                let left = patience.checked_sub(start.elapsed()).ok_or(TOO_LATE)?;
                // A timeout of less than the kernel's microsecond would mean none at all.
                self.socket.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
            }
            let mut socket = self.socket;
            match socket.read(&mut self.buffer) {
                Ok(0) if self.frames.may_end() => return Ok(None),
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.frames.push(&self.buffer[..count]),
                // A signal woke us.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The time is over, which the next round finds out.
                Err(error) if timed_out(&error) && self.patience.is_some() => {}
                Err(error) => return Err(error),
            }
        }
    }
}
