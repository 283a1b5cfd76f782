//! The thread of a relay for datagrams: receives, decides, and sends on when it is time.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use crate::chance::Sequence;
use crate::log::Log;
use crate::worker::wait;
use crate::{Decision, Direction, Fate, UdpSettings};

/// How many datagrams may be under way in the relay, delayed or held back. While there are so many,
/// it takes no more, and what does not fit into the kernel's buffer before it is lost there
/// (socket(7), SO_RCVBUF).
const MOST_UNDER_WAY: usize = 128;

/// How many clients it knows. For one more, it forgets the one that it has not heard for longest.
const MOST_CLIENTS: usize = 64;

/// The relay's thread and all that it has.
pub(crate) struct Post {
    settings: UdpSettings,
    front: UdpSocket,
    clients: Vec<Client>,
    known: usize,
    /// What is to be sent on, by the time when that is due; those of the same time, in order.
    under_way: BTreeMap<(Instant, u64), Letter>,
    posted: u64,
    log: Log<Decision>,
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
#[derive(Clone)]
struct Letter {
    client: usize,
    direction: Direction,
    bytes: Arc<[u8]>,
    held_back: bool,
}

impl Post {
    pub(crate) fn new(settings: UdpSettings, front: UdpSocket, log: Log<Decision>) -> Self {
        let (clients, under_way) = (Vec::new(), BTreeMap::new());
        Self { settings, front, clients, known: 0, under_way, posted: 0, log }
    }

    pub(crate) fn work(mut self, bell: &UdpSocket) {
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
            if !ready[place + 1] {
                continue;
            }
            // If it fails, the next may fare better: mostly "would block" or "connection refused".
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
        let _ = self.log.add(|| Ok::<_, Infallible>(decision));
        if let Some(tell) = self.settings.tell {
            tell(&decision);
        }
        let due = Instant::now() + trouble.delay;
        let bytes: Arc<[u8]> = bytes.into();
        let held_back = fate == Fate::HeldBack;
        let letter = Letter { client, direction, bytes, held_back };
        match fate {
            Fate::Dropped => return,
            Fate::HeldBack => return self.post(due + trouble.hold, letter),
            Fate::Passed => self.post(due, letter),
            Fate::Duplicated => {
                self.post(due, letter.clone());
                self.post(due, letter);
            }
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
