//! A relay for streams.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};

use crate::exchange::Exchange;
use crate::log::Log;
use crate::worker::Worker;
use crate::{Direction, Shape};

/// What a [`TcpRelay`] does.
#[derive(Clone, Debug)]
pub struct TcpSettings {
    /// Where it listens for clients; port 0 asks the kernel for a free one.
    pub listen: SocketAddr,
    /// The server.
    pub to: SocketAddr,
    /// Decides about the size of each piece.
    pub seed: u64,
    /// How bytes are handed on to the server.
    pub to_server: Shape,
    /// How bytes are handed on to a client.
    pub to_client: Shape,
    /// Called for whatever has been handed on, by the relay's thread; while it has not returned,
    /// nothing passes.
    pub tell: Option<fn(&Handed)>,
}

impl TcpSettings {
    /// On a free port of 127.0.0.1, to the server at `to`, all as it comes, seed 0.
    pub fn new(to: SocketAddr) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            to,
            seed: 0,
            to_server: Shape::default(),
            to_client: Shape::default(),
            tell: None,
        }
    }
}

/// Something that a [`TcpRelay`] has handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed {
    /// Connections are numbered from 0, in the order in which clients have called.
    pub connection: usize,
    /// Which way it went.
    pub direction: Direction,
    /// What it was.
    pub what: What,
}

/// What a [`TcpRelay`] hands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// So many bytes, in one write.
    Bytes(usize),
    /// The end of the stream: the sending half was closed (shutdown(2), `SHUT_WR`).
    End,
    /// A reset, which also ends the other direction.
    Reset,
}

/// A relay for streams: clients connect to it, and it connects to the server for each of them.
///
/// **Pieces.** Each piece is written by a call of its own, on a socket with TCP_NODELAY (tcp(7)), and
/// so goes out at once, as a segment of its own if it fits into one. Where it has to wait in the
/// kernel's queue, because the receiver takes no more for now, the kernel may join it with the next.
/// No write goes beyond the end of a piece; one may stop before it, where no more has come or the kernel's
/// buffer is full. How a receiver reads them is another matter: what has arrived before it reads
/// comes in one read. [`Shape::pause`] gives it time to read each alone; whether it takes that time,
/// no relay can know, for the kernel at the other end acknowledges what has arrived, read or not.
///
/// **Ends.** A half-close is handed on as a half-close, behind all bytes that have come before it. A
/// reset is handed on at once, as a reset, and what the relay still holds is lost with it. (Without a
/// relay, what has arrived before the reset can still be read, on Linux.) Where the server cannot be reached, the client is reset.
///
/// **Memory.** A direction holds 64 KiB, and one read of 16 KiB above that. A receiver that does not
/// read holds up its sender.
pub struct TcpRelay {
    address: SocketAddr,
    seed: u64,
    log: Log<Handed>,
    _worker: Worker,
}

impl TcpRelay {
    /// Starts a relay. Fails if its address cannot be had, or if the settings contradict themselves
    /// ([`ErrorKind::InvalidInput`]).
    pub fn start(settings: TcpSettings) -> io::Result<Self> {
        let problem = settings.to_server.problem().or(settings.to_client.problem());
        if let Some(problem) = problem {
            return Err(io::Error::new(ErrorKind::InvalidInput, problem));
        }
        let listener = TcpListener::bind(settings.listen)?;
        listener.set_nonblocking(true)?;
        let (address, seed) = (listener.local_addr()?, settings.seed);
        let log = Log::default();
        let exchange = Exchange::new(settings, listener, log.clone());
        let worker = Worker::start(move |bell| exchange.work(&bell))?;
        Ok(Self { address, seed, log, _worker: worker })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What decides about the size of each piece.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What it has handed on so far, in that order; of very much, the last 100,000.
    pub fn log(&self) -> Vec<Handed> {
        self.log.all()
    }
}

impl fmt::Debug for TcpRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpRelay")
            .field("address", &self.address)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// `connection 0, to server: 3 bytes`
impl fmt::Display for Handed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connection, direction, what } = self;
        write!(f, "connection {connection}, {direction}: ")?;
        match what {
            What::Bytes(1) => f.write_str("1 byte"),
            What::Bytes(count) => write!(f, "{count} bytes"),
            What::End => f.write_str("the end of the stream"),
            What::Reset => f.write_str("a reset"),
        }
    }
}
