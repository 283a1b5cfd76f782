//! One connection through a relay for streams.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use socket2::SockRef;

use crate::log::Log;
use crate::pipe::Pipe;
use crate::{Direction, Handed, What};

/// How many pieces of one connection are handed on before it is another one's turn.
const AT_A_TIME: usize = 64;

/// A client, and the server's end for it.
pub(crate) struct Connection {
    pub(crate) number: usize,
    /// The client's, and the server's.
    pub(crate) sockets: [TcpStream; 2],
    /// Whether the server has not answered yet.
    pub(crate) connecting: bool,
    /// To the server, and to the client.
    pub(crate) pipes: [Pipe; 2],
}

/// Why a connection is taken away.
pub(crate) enum Over {
    Ended,
    Reset(Direction),
}

/// Writes down what is done, and tells of it.
pub(crate) struct Did<'a> {
    pub(crate) log: &'a Log<Handed>,
    pub(crate) tell: Option<fn(&Handed)>,
}

impl Did<'_> {
    pub(crate) fn it(
        &self,
        connection: usize,
        direction: Direction,
        act: impl FnOnce() -> io::Result<What>,
    ) -> io::Result<What> {
        let handed = || act().map(|what| Handed { connection, direction, what });
        let handed = self.log.add(handed)?;
        if let Some(tell) = self.tell {
            tell(&handed);
        }
        Ok(handed.what)
    }
}

impl Connection {
    /// What is wanted of the client's socket and of the server's.
    pub(crate) fn wanted(&mut self, now: Instant) -> [PollFlags; 2] {
        if self.connecting {
            return [PollFlags::empty(), PollFlags::OUT];
        }
        let mut wanted = [PollFlags::empty(); 2];
        for (side, pipe) in self.pipes.iter_mut().enumerate() {
            if pipe.has_room() {
                wanted[side] |= PollFlags::IN;
            }
            if !pipe.piece(now).is_empty() {
                wanted[1 - side] |= PollFlags::OUT; // it could not be written just now
            }
        }
        wanted
    }

    pub(crate) fn read(&mut self, side: usize) -> Result<(), Over> {
        let direction = Direction::BOTH[side];
        if self.connecting {
            return match self.sockets[1].take_error() {
                Ok(None) => {
                    self.connecting = false;
                    Ok(())
                }
                _ => Err(Over::Reset(Direction::ToClient)),
            };
        }
        let pipe = &mut self.pipes[side];
        if !pipe.has_room() {
            return Ok(()); // it can be written to
        }
        let mut buffer = [0; 16 << 10];
        match (&self.sockets[side]).read(&mut buffer) {
            Ok(0) => pipe.take_end(Instant::now()),
            Ok(count) => pipe.take(&buffer[..count], Instant::now()),
            Err(error) if is_passing(&error) => {}
            Err(_) => return Err(Over::Reset(direction)),
        }
        Ok(())
    }

    pub(crate) fn hand_on(&mut self, now: Instant, did: &Did<'_>) -> Result<(), Over> {
        for (side, pipe) in self.pipes.iter_mut().enumerate() {
            let direction = Direction::BOTH[side];
            let mut to = &self.sockets[1 - side];
            for _ in 0..AT_A_TIME {
                let piece = pipe.piece(now);
                if piece.is_empty() || self.connecting {
                    break;
                }
                match did.it(self.number, direction, || to.write(piece).map(What::Bytes)) {
                    Ok(What::Bytes(count)) => pipe.hand_on(count, now),
                    Err(error) if is_passing(&error) => break,
                    // Whoever should receive it has gone: tell the one who has sent it.
                    _ => return Err(Over::Reset(Direction::BOTH[1 - side])),
                }
            }
            if pipe.ends(now) {
                let _ = did.it(self.number, direction, || {
                    let _ = to.shutdown(Shutdown::Write); // fails if it has been reset
                    Ok(What::End)
                });
            }
        }
        if self.pipes.iter().all(Pipe::has_ended) { Err(Over::Ended) } else { Ok(()) }
    }
}

/// Closing now sends a reset (socket(7), SO_LINGER with a time of zero).
pub(crate) fn reset(socket: &TcpStream) {
    let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
}

pub(crate) fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
