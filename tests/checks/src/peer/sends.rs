//! What a peer sends, and how it leaves.

use std::io::{ErrorKind, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::connection::end;
use crate::program::missing;
use crate::stage::LOOK;
use crate::words::quoted;
use crate::{Failed, Peer, Played};

impl Peer {
    /// Sends all of these bytes in one write, or in as many as it takes.
    pub fn sends(&self, bytes: impl AsRef<[u8]>) -> Played {
        let bytes = bytes.as_ref();
        self.stage.settle();
        self.stage.tell(&self.name, format_args!("sends {}", quoted(bytes)));
        let mut sent = 0;
        while sent < bytes.len() {
            // Each part is waited for anew: a program may be slow, as long as it takes some.
            let part = self.stage.awaits(|| match (&self.stream).write(&bytes[sent..]) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => None,
                written => Some(written),
            });
            let wanted = || format!("your program to receive {}", quoted(bytes));
            let part = part.map_err(|silence| missing(&wanted(), silence))?;
            sent += part.map_err(|_| Failed::fail(wanted(), "it has closed the connection"))?;
        }
        Ok(())
    }

    /// Waits until all that it has sent has arrived, be it that the program's kernel has acknowledged
    /// it, or has answered with a reset. Who sends has only handed it to the own kernel, and on a
    /// crowded machine it is under way for longer than one thinks. Linux and IPv4 only.
    pub fn is_heard(&self) -> Played {
        let here = self.address()?;
        let Ok(there) = self.stream.peer_addr() else { return Ok(()) }; // reset already
        let mut looks_in_vain = 0;
        let mut next_look = Instant::now();
        let arrived = self.stage.awaits(|| {
            if Instant::now() < next_look {
                return None;
            }
            next_look = Instant::now() + LOOK;
            match end(here, there) {
                Ok(Some(end)) => {
                    looks_in_vain = 0;
                    (end.unacknowledged == 0).then_some(Ok(()))
                }
                Ok(None) => {
                    looks_in_vain += 1;
                    (looks_in_vain == 3).then_some(Ok(())) // a reset has ended it
                }
                Err(failed) => Some(Err(failed)),
            }
        });
        arrived.map_err(|silence| missing("your program's kernel to acknowledge it", silence))?
    }

    /// Sends a byte, and another, as long as it takes, until the program has closed the connection.
    pub fn sends_until_it_is_cut_off(&self) -> Played {
        const PAUSE: Duration = Duration::from_millis(20); // to read each takes next to no time
        self.stage.tell(&self.name, "sends byte after byte");
        let mut next = Instant::now();
        let closed = self.stage.awaits(|| {
            if Instant::now() < next {
                return None;
            }
            next = Instant::now() + PAUSE;
            match (&self.stream).write(b".") {
                // WouldBlock is no end: the program has not read yet what came before.
                Err(error) if error.kind() != ErrorKind::WouldBlock => Some(()),
                _ => None,
            }
        });
        let wanted = format!(
            "your program to close the connection in time, although {} goes on sending",
            self.name
        );
        closed.map_err(|silence| missing(&wanted, silence))?;
        self.stage.tell(&self.name, "finds the connection closed");
        Ok(())
    }

    /// Closes the sending half (shutdown), and can still receive.
    pub fn closes_its_sending_half(&self) {
        self.stage.settle();
        // Fails if the program has closed the connection, and then what is awaited next says so.
        let _ = self.stream.shutdown(Shutdown::Write);
        self.stage.tell(&self.name, "closes its sending half (shutdown), and still reads");
    }

    /// Closes the connection.
    pub fn closes(self) {
        self.stage.settle();
        self.stage.tell(&self.name, "closes the connection, and says nothing");
    }

    /// Ends the connection by a reset: what happens when a program is killed with bytes unread, or
    /// when a machine has started anew and knows nothing of the connection. Waits, on Linux, until
    /// the reset, which nobody acknowledges, has arrived.
    pub fn resets(self) -> Played {
        self.stage.settle();
        let reset = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        reset.map_err(|error| Failed::grader("to reset a connection", error))?;
        self.stage.tell(&self.name, "resets the connection");
        drop(self.stream);
        self.stage.lets_arrive();
        Ok(())
    }
}
