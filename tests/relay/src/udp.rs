//! A relay for datagrams.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};

use crate::log::Log;
use crate::post::Post;
use crate::worker::Worker;
use crate::{Decision, Trouble};

/// What a [`UdpRelay`] does.
#[derive(Clone, Debug)]
pub struct UdpSettings {
    /// Where it receives from clients; port 0 asks the kernel for a free one.
    pub listen: SocketAddr,
    /// The server.
    pub to: SocketAddr,
    /// Decides about each datagram.
    pub seed: u64,
    /// What happens to datagrams on their way to the server.
    pub to_server: Trouble,
    /// What happens to datagrams on their way to a client.
    pub to_client: Trouble,
    /// Called for each decision, by the relay's thread; while it has not returned, nothing passes.
    pub tell: Option<fn(&Decision)>,
}

impl UdpSettings {
    /// On a free port of 127.0.0.1, to the server at `to`, without any trouble, seed 0.
    pub fn new(to: SocketAddr) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            to,
            seed: 0,
            to_server: Trouble::default(),
            to_client: Trouble::default(),
            tell: None,
        }
    }
}

/// A relay for datagrams: clients send to it, it sends on to the server, and the other way round.
///
/// Each client has a socket of its own towards the server, so that the server sees as many peers as
/// there are. The first datagram of a client has index 0, in each direction. What becomes of a
/// datagram depends on the seed, its direction and its index, never on when it comes: the same
/// datagrams in the same order have the same fate.
///
/// The relay does not pass on that nobody listens at the server's port. What
/// it has taken and not dropped is sent on, once or twice; like any sender of datagrams, it does
/// not learn whether they arrive.
pub struct UdpRelay {
    address: SocketAddr,
    seed: u64,
    log: Log<Decision>,
    _worker: Worker,
}

impl UdpRelay {
    /// Starts a relay. Fails if its address cannot be had, or if the settings contradict themselves
    /// ([`ErrorKind::InvalidInput`]).
    pub fn start(settings: UdpSettings) -> io::Result<Self> {
        let problem = settings.to_server.problem().or(settings.to_client.problem());
        if let Some(problem) = problem {
            return Err(io::Error::new(ErrorKind::InvalidInput, problem));
        }
        let front = UdpSocket::bind(settings.listen)?;
        front.set_nonblocking(true)?;
        let (address, seed) = (front.local_addr()?, settings.seed);
        let log = Log::default();
        let post = Post::new(settings, front, log.clone());
        let worker = Worker::start(move |bell| post.work(&bell))?;
        Ok(Self { address, seed, log, _worker: worker })
    }

    /// Where clients send to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What has decided about each datagram.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What it has decided so far, in the order in which the datagrams came; of very many, the last
    /// 100,000.
    pub fn log(&self) -> Vec<Decision> {
        self.log.all()
    }
}

impl fmt::Debug for UdpRelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpRelay")
            .field("address", &self.address)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
