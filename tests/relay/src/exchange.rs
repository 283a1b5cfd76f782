//! The thread of a relay for streams: accepts, and lets every connection do what it is time for.

use std::io::{self, ErrorKind};
use std::net::{TcpListener, UdpSocket};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use socket2::{Domain, Socket, Type};

use crate::connection::{Connection, Did, Over, is_passing, reset};
use crate::log::Log;
use crate::pipe::Pipe;
use crate::worker::wait;
use crate::{Direction, Handed, TcpSettings, What};

/// How many connections it has at once; more wait in the listener's queue.
const MOST_CONNECTIONS: usize = 256;

/// How long it does not accept after it could not, for want of descriptors.
const BREATHER: Duration = Duration::from_millis(100);

/// The relay's thread and all that it has.
pub(crate) struct Exchange {
    settings: TcpSettings,
    listener: TcpListener,
    connections: Vec<Connection>,
    count: usize,
    accept_after: Instant,
    log: Log<Handed>,
}

impl Exchange {
    pub(crate) fn new(settings: TcpSettings, listener: TcpListener, log: Log<Handed>) -> Self {
        let accept_after = Instant::now();
        Self { settings, listener, connections: Vec::new(), count: 0, accept_after, log }
    }

    pub(crate) fn work(mut self, bell: &UdpSocket) {
        loop {
            // One moment for all: what is not due now is waited for.
            let now = Instant::now();
            self.hand_on(now);
            let dues = self.connections.iter().filter(|it| !it.connecting);
            let dues = dues.flat_map(|it| &it.pipes).filter_map(Pipe::due).filter(|due| *due > now);
            let may_accept = self.connections.len() < MOST_CONNECTIONS;
            let breather = (may_accept && self.accept_after > now).then_some(self.accept_after);
            let due = dues.chain(breather).min();
            let accepts =
                if may_accept && breather.is_none() { PollFlags::IN } else { PollFlags::empty() };
            let mut polled =
                vec![PollFd::new(bell, PollFlags::IN), PollFd::new(&self.listener, accepts)];
            // Only those that something is wanted of: a socket that is closed on both sides is
            // always ready, and would keep us awake.
            let mut places = Vec::new();
            for (place, connection) in self.connections.iter_mut().enumerate() {
                let wanted = connection.wanted(now);
                for (side, flags) in wanted.into_iter().enumerate() {
                    if !flags.is_empty() {
                        places.push((place, side));
                        polled.push(PollFd::new(&connection.sockets[side], flags));
                    }
                }
            }
            if wait(&mut polled, due).is_err() || !polled[0].revents().is_empty() {
                return;
            }
            let called = !polled[1].revents().is_empty() && !accepts.is_empty();
            let is_ready = |polled: &PollFd<'_>| !polled.revents().is_empty();
            let ready: Vec<_> = polled[2..].iter().map(is_ready).collect();
            let ready = places.into_iter().zip(ready).filter(|(_, ready)| *ready);
            self.read(ready.map(|(place, _)| place).collect());
            if called {
                self.accept();
            }
        }
    }

    /// Takes a client, and begins to connect to the server for it.
    fn accept(&mut self) {
        let connected = self.listener.accept().and_then(|(client, _)| {
            client.set_nonblocking(true)?;
            client.set_nodelay(true)?;
            let server = Socket::new(Domain::for_address(self.settings.to), Type::STREAM, None)?;
            server.set_nonblocking(true)?;
            server.set_tcp_nodelay(true)?;
            match server.connect(&self.settings.to.into()) {
                Err(error) if !is_under_way(&error) => {
                    reset(&client);
                    Ok(None)
                }
                _ => Ok(Some([client, server.into()])),
            }
        });
        match connected {
            Ok(Some(sockets)) => {
                let TcpSettings { seed, to_server, to_client, .. } = self.settings;
                self.connections.push(Connection {
                    number: self.count,
                    sockets,
                    connecting: true,
                    pipes: [
                        Pipe::new(to_server, seed, Direction::ToServer),
                        Pipe::new(to_client, seed, Direction::ToClient),
                    ],
                });
                self.count += 1;
            }
            Ok(None) => self.count += 1,
            // It has gone again, or another thread was quicker.
            Err(error) if is_passing(&error) || error.kind() == ErrorKind::ConnectionAborted => {}
            // Mostly there are no descriptors left: trying at once would not find any.
            Err(_) => self.accept_after = Instant::now() + BREATHER,
        }
    }

    /// Reads from these sides of these connections.
    fn read(&mut self, ready: Vec<(usize, usize)>) {
        let mut over = Vec::new();
        for (place, side) in ready {
            if let Err(why) = self.connections[place].read(side) {
                over.push((place, why));
            }
        }
        self.remove(over);
    }

    /// Hands on whatever it is time for.
    fn hand_on(&mut self, now: Instant) {
        let mut over = Vec::new();
        let did = Did { log: &self.log, tell: self.settings.tell };
        for (place, connection) in self.connections.iter_mut().enumerate() {
            if let Err(why) = connection.hand_on(now, &did) {
                over.push((place, why));
            }
        }
        self.remove(over);
    }

    fn remove(&mut self, mut over: Vec<(usize, Over)>) {
        over.dedup_by_key(|(place, _)| *place);
        for (place, why) in over.into_iter().rev() {
            let connection = self.connections.remove(place);
            if let Over::Reset(direction) = why {
                let did = Did { log: &self.log, tell: self.settings.tell };
                let _ = did.it(connection.number, direction, || {
                    connection.sockets.iter().for_each(reset);
                    drop(connection.sockets);
                    Ok(What::Reset)
                });
            }
        }
    }
}

/// Whether a connect that does not block has begun (connect(2), EINPROGRESS).
fn is_under_way(error: &io::Error) -> bool {
    let in_progress = rustix::io::Errno::INPROGRESS.raw_os_error();
    is_passing(error) || error.raw_os_error() == Some(in_progress)
}
