//! What a peer receives.

use std::cell::Ref;
use std::io::{self, ErrorKind, Read};
use std::time::Duration;

use super::End;
use crate::program::missing;
use crate::words::{beginning, quoted};
use crate::{Failed, Peer, Played, Silence};

impl Peer {
    /// Waits for exactly these bytes, in one piece or in many.
    pub fn receives(&self, expected: impl AsRef<[u8]>) -> Played {
        let expected = expected.as_ref();
        let wanted = format!("{} to receive {}", self.name, quoted(expected));
        let enough = self.stage.awaits(|| {
            let received = self.read();
            let differs = !received.starts_with(&expected[..expected.len().min(received.len())]);
            (received.len() >= expected.len() || differs || self.end.get().is_some()).then_some(())
        });
        let mut received = self.received.borrow_mut();
        if received.starts_with(expected) {
            received.drain(..expected.len());
            self.stage.tell(&self.name, format_args!("receives {}", quoted(expected)));
            return Ok(());
        }
        drop(received);
        let received = self.hears_the_rest();
        let came = |rest: String| match received.is_empty() {
            true => rest,
            false => format!("{}, then {rest}", quoted(&received)),
        };
        Err(match (enough, self.end.get()) {
            (Err(silence), _) => Failed { came: came(silence.told()), ..missing(&wanted, silence) },
            (Ok(()), Some(End::Closed)) => Failed::fail(
                wanted,
                came("the end of the stream: your program has closed it".into()),
            ),
            (Ok(()), Some(End::Reset)) => Failed::fail(wanted, came(reset().into())),
            (Ok(()), None) => Failed::fail(wanted, quoted(&received)),
        })
    }

    /// Waits for the end of the stream, before which nothing else may come.
    pub fn receives_the_end(&self) -> Played {
        let wanted =
            format!("{} to receive the end of the stream, and nothing before it", self.name);
        let (ended, received) = self.hears_anything();
        match (ended, self.end.get()) {
            (Ok(()), _) if !received.is_empty() => Err(Failed::fail(wanted, beginning(&received))),
            (Ok(()), Some(End::Closed)) => {
                self.stage.tell(&self.name, "receives the end of the stream");
                Ok(())
            }
            (Ok(()), _) => Err(Failed::fail(wanted, reset())),
            (Err(silence), _) => Err(missing(&wanted, silence)),
        }
    }

    /// Waits until the program has come to rest, and nothing has come from it until then.
    pub fn receives_nothing(&self) -> Played {
        let wanted = format!("nothing to be sent to {}", self.name);
        let came = self.stage.hears(|| !self.read().is_empty() || self.end.get().is_some());
        match came {
            Ok(false) => Ok(()),
            Err(silence) => Err(missing(&wanted, silence)),
            Ok(true) if self.received.borrow().is_empty() => {
                Err(Failed::fail(wanted, "the end of the stream: your program has closed it"))
            }
            Ok(true) => Err(Failed::fail(wanted, beginning(&self.hears_the_rest()))),
        }
    }

    /// Waits for anything at all, be it the end of the stream. Returns all that comes then.
    fn hears_anything(&self) -> (Result<(), Silence>, Ref<'_, Vec<u8>>) {
        let came = self.stage.awaits(|| {
            let more = !self.read().is_empty();
            (more || self.end.get().is_some()).then_some(())
        });
        let more = !self.received.borrow().is_empty();
        (came, if more { self.hears_the_rest() } else { self.received.borrow() })
    }

    /// All that comes until the program has no more to say.
    fn hears_the_rest(&self) -> Ref<'_, Vec<u8>> {
        self.stage.hears_all();
        self.read()
    }

    /// Whatever has come, added to what has been received and not been asked for: up to so much that
    /// a program which sends without end is left waiting.
    pub(super) fn read(&self) -> Ref<'_, Vec<u8>> {
        const MOST: usize = 1 << 20;
        self.read_until(MOST)
    }

    /// As [`read`](Self::read), but leaves the rest to the kernel once `enough` bytes are there.
    pub(super) fn read_until(&self, enough: usize) -> Ref<'_, Vec<u8>> {
        let mut buffer = [0; 64 << 10];
        while self.end.get().is_none() {
            let room = buffer.len().min(enough.saturating_sub(self.received.borrow().len()));
            if room == 0 {
                break;
            }
            match (&self.stream).read(&mut buffer[..room]) {
                Ok(0) => self.end.set(Some(End::Closed)),
                Ok(count) => {
                    self.received.borrow_mut().extend_from_slice(&buffer[..count]);
                    self.stage.comes(count);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.end.set(Some(End::Reset)),
            }
        }
        self.received.borrow()
    }

    /// Sleeps until something comes; for a moment at most.
    pub(super) fn waits_a_moment(&self) -> io::Result<()> {
        const MOMENT: Duration = Duration::from_millis(5);
        self.stream.set_nonblocking(false)?;
        self.stream.set_read_timeout(Some(MOMENT))?;
        let _ = self.stream.peek(&mut [0]); // the next read says what has come of it
        self.stream.set_nonblocking(true)
    }
}

pub(super) fn reset() -> &'static str {
    "a reset: your program has ended, or has closed the connection with bytes unread"
}
