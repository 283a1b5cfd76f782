//! A relay for datagrams.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use crate::chance::Sequence;
use crate::worker::{Worker, wait};
use crate::{Decision, Direction, Fate, Trouble};

/// How many datagrams may be under way in the relay, delayed or held back. While there are so many,
/// it takes no more, and what does not fit into the kernel's buffer before it is lost there
/// (socket(7), SO_RCVBUF).
const MOST_UNDER_WAY: usize = 128;

/// How many clients it knows. For one more, it forgets the one that it has not heard for longest.
const MOST_CLIENTS: usize = 64;

/// How many decisions it remembers: the last ones.
const MOST_REMEMBERED: usize = 100_000;

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
/// What the relay cannot know, it does not pass on: that nobody listens at the server's port. What
/// it has taken and not dropped is sent on, once or twice; like any sender of datagrams, it does
/// not learn whether they arrive.
pub struct UdpRelay {
    address: SocketAddr,
    seed: u64,
    log: Log,
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
        self.log.lock().iter().copied().collect()
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

#[derive(Clone, Default)]
struct Log(Arc<Mutex<VecDeque<Decision>>>);

impl Log {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Decision>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, decision: Decision) {
        let mut log = self.lock();
        if log.len() == MOST_REMEMBERED {
            log.pop_front();
        }
        log.push_back(decision);
    }
}

/// The relay's thread and all that it has.
struct Post {
    settings: UdpSettings,
    front: UdpSocket,
    clients: Vec<Client>,
    known: usize,
    /// What is to be sent on, by the time when that is due; those of the same time, in order.
    under_way: BTreeMap<(Instant, u64), Letter>,
    posted: u64,
    log: Log,
}

struct Client {
    number: usize,
    address: SocketAddr,
    /// Connected to the server, so that nobody else gets through to the client.
    socket: UdpSocket,
    sequences: [Sequence; 2],
    heard: Instant,
}

/// A datagram that is under way.
struct Letter {
    client: usize,
    direction: Direction,
    bytes: Arc<[u8]>,
    held_back: bool,
}

impl Post {
    fn new(settings: UdpSettings, front: UdpSocket, log: Log) -> Self {
        let (clients, under_way) = (Vec::new(), BTreeMap::new());
        Self { settings, front, clients, known: 0, under_way, posted: 0, log }
    }

    fn work(mut self, bell: &UdpSocket) {
        loop {
            self.send_what_is_due();
            let due = self.under_way.keys().next().map(|(due, _)| *due);
            let mut sockets = vec![PollFd::new(bell, PollFlags::IN)];
            if self.under_way.len() < MOST_UNDER_WAY {
                sockets.push(PollFd::new(&self.front, PollFlags::IN));
                let backs = self.clients.iter().map(|client| &client.socket);
                sockets.extend(backs.map(|back| PollFd::new(back, PollFlags::IN)));
            }
            if wait(&mut sockets, due).is_err() || !sockets[0].revents().is_empty() {
                return;
            }
            let ready: Vec<_> =
                sockets[1..].iter().map(|socket| !socket.revents().is_empty()).collect();
            self.receive(&ready);
        }
    }

    /// Takes one datagram from each socket that is ready: the front's flag first, then the clients'.
    fn receive(&mut self, ready: &[bool]) {
        let mut buffer = vec![0; 65536];
        // Those of the server first: the front may make us forget a client.
        for place in 0..ready.len().saturating_sub(1) {
            let client = &self.clients[place];
            // Mostly "would block" or "connection refused"; the next datagram may fare better.
            if !ready[place + 1] {
                continue;
            }
            if let Ok(length) = client.socket.recv(&mut buffer) {
                self.decide(place, Direction::ToClient, &buffer[..length]);
            }
        }
        if ready.first() == Some(&true)
            && let Ok((length, from)) = self.front.recv_from(&mut buffer)
            && let Ok(place) = self.place_of(from)
        {
            self.decide(place, Direction::ToServer, &buffer[..length]);
        }
    }

    /// Where in `clients` this one is, which may be new.
    fn place_of(&mut self, address: SocketAddr) -> io::Result<usize> {
        let known = self.clients.iter().position(|client| client.address == address);
        if let Some(place) = known {
            self.clients[place].heard = Instant::now();
            return Ok(place);
        }
        let UdpSettings { to, seed, to_server, to_client, .. } = self.settings;
        let any: SocketAddr = if to.is_ipv4() { ([0; 4], 0).into() } else { ([0u16; 8], 0).into() };
        let socket = UdpSocket::bind(any)?;
        socket.connect(to)?;
        socket.set_nonblocking(true)?;
        if self.clients.len() == MOST_CLIENTS {
            let longest = self.clients.iter().enumerate().min_by_key(|(_, client)| client.heard);
            let place = longest.expect("there are clients").0;
            self.clients.remove(place);
        }
        self.clients.push(Client {
            number: self.known,
            address,
            socket,
            sequences: [
                Sequence::new(seed, Direction::ToServer, to_server),
                Sequence::new(seed, Direction::ToClient, to_client),
            ],
            heard: Instant::now(),
        });
        self.known += 1;
        Ok(self.clients.len() - 1)
    }

    /// Decides about a datagram, and puts it where it is sent on from.
    fn decide(&mut self, place: usize, direction: Direction, bytes: &[u8]) {
        let client = &mut self.clients[place];
        let (sequence, trouble) = match direction {
            Direction::ToServer => (&mut client.sequences[0], self.settings.to_server),
            Direction::ToClient => (&mut client.sequences[1], self.settings.to_client),
        };
        let (index, fate) = sequence.next();
        let client = client.number;
        let decision = Decision { client, direction, index, length: bytes.len(), fate };
        self.log.add(decision);
        if let Some(tell) = self.settings.tell {
            tell(&decision);
        }
        let due = Instant::now() + trouble.delay;
        let bytes: Arc<[u8]> = bytes.into();
        let held_back = fate == Fate::HeldBack;
        let letter = |held_back| Letter { client, direction, bytes: bytes.clone(), held_back };
        let copies = match fate {
            Fate::Dropped => return,
            Fate::HeldBack => return self.post(due + trouble.hold, letter(held_back)),
            Fate::Passed => 1,
            Fate::Duplicated => 2,
        };
        for _ in 0..copies {
            self.post(due, letter(false));
        }
        self.release(client, direction, due);
    }

    fn post(&mut self, due: Instant, letter: Letter) {
        self.posted += 1;
        self.under_way.insert((due, self.posted), letter);
    }

    /// One has passed: those that have been held back until then follow it.
    fn release(&mut self, client: usize, direction: Direction, due: Instant) {
        let held = self.under_way.iter().filter(|(_, letter)| {
            letter.held_back && (letter.client, letter.direction) == (client, direction)
        });
        let mut keys: Vec<_> = held.map(|(key, _)| *key).collect();
        keys.sort_by_key(|(_, posted)| *posted);
        for key in keys {
            let letter = self.under_way.remove(&key).expect("it has been found there");
            self.post(due, Letter { held_back: false, ..letter });
        }
    }

    fn send_what_is_due(&mut self) {
        let now = Instant::now();
        while let Some(entry) = self.under_way.first_entry()
            && entry.key().0 <= now
        {
            let letter = entry.remove();
            let client = self.clients.iter().find(|client| client.number == letter.client);
            let Some(client) = client else { continue }; // it has been forgotten
            let sent = match letter.direction {
                Direction::ToServer => client.socket.send(&letter.bytes),
                Direction::ToClient => self.front.send_to(&letter.bytes, client.address),
            };
            match sent {
                // The kernel's queue is full: a moment later there is room.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.post(now + Duration::from_millis(1), letter);
                    return;
                }
                // What an earlier datagram has met is told once, and then this one is not sent.
                Err(error)
                    if error.kind() == ErrorKind::ConnectionRefused
                        && letter.direction == Direction::ToServer =>
                {
                    let _ = client.socket.send(&letter.bytes);
                }
                _ => {}
            }
        }
    }
}
