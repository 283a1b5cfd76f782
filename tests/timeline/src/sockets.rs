//! Which socket a call was about. strace says it where it can; what it cannot say is remembered from
//! the calls before.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use crate::recording::Socket;
use crate::strace::{Call, bytes, descriptor, socket_address};

/// The sockets of all processes, by process and descriptor.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    all: HashMap<(usize, i32), Socket>,
    /// Those that have been made non-blocking.
    never_wait: HashSet<(usize, i32)>,
    /// Those that have been given a timeout for receiving.
    timeouts: HashSet<(usize, i32)>,
}

impl Sockets {
    /// The socket that a call of this process was about, and the one that it returned. To be asked for
    /// every call, in order.
    pub(crate) fn of(&mut self, process: usize, call: &Call) -> (Option<Socket>, Option<Socket>) {
        let succeeded = call.outcome.error.is_none();
        if call.name == "socket" {
            return (self.seen(process, &call.outcome.text), None);
        }
        let Some(socket) = call.arguments.first().and_then(|it| self.seen(process, it)) else {
            return (None, None);
        };
        let mut returned = None;
        let key = (process, socket.descriptor);
        match call.name.as_str() {
            "accept" | "accept4" if succeeded => {
                returned = self.seen(process, &call.outcome.text);
            }
            // strace asks the kernel once for each socket, and goes on showing what it was told.
            "connect" if succeeded || call.outcome.error.as_deref() == Some("EINPROGRESS") => {
                let there = call.arguments.get(1).and_then(|it| socket_address(it));
                if let Some(known) = self.all.get_mut(&key) {
                    known.there = known.there.take().or(there.map(|it| canonical(it).to_string()));
                }
            }
            "close" if succeeded => drop(self.all.remove(&key)),
            _ => {}
        }
        (Some(socket), returned)
    }

    /// Whether a call may wait for its socket: whether that has not been made non-blocking. To be
    /// asked for every call, in order, behind [`of`](Self::of).
    pub(crate) fn may_wait(&mut self, process: usize, call: &Call) -> bool {
        let argument = |at: usize| call.arguments.get(at).map_or("", String::as_str);
        let number = |text: &str| descriptor(text).map(|it| (process, it.number));
        let never_waits = "SOCK_NONBLOCK";
        match call.name.as_str() {
            "socket" if argument(1).contains(never_waits) => {
                self.never_wait.extend(number(&call.outcome.text));
            }
            "accept4" if argument(3).contains(never_waits) => {
                self.never_wait.extend(number(&call.outcome.text));
            }
            "fcntl" if argument(1) == "F_SETFL" => {
                let key = number(argument(0));
                self.set(key, argument(2).contains("O_NONBLOCK"));
            }
            "ioctl" if argument(1) == "FIONBIO" => {
                let key = number(argument(0));
                self.set(key, argument(2) != "[0]");
            }
            // A copy is of the same socket (dup(2)).
            "dup" | "dup2" | "dup3" => self.copies(number(argument(0)), number(&call.outcome.text)),
            "fcntl" if argument(1).starts_with("F_DUPFD") => {
                self.copies(number(argument(0)), number(&call.outcome.text));
            }
            "setsockopt" if argument(2).starts_with("SO_RCVTIMEO") => {
                let key = number(argument(0));
                let is_none =
                    bytes(argument(3)).is_some_and(|(it, _)| it.iter().all(|it| *it == 0));
                if let Some(key) = key {
                    self.timeouts.remove(&key);
                    self.timeouts.extend((!is_none).then_some(key));
                }
            }
            "close" => {
                let key = number(argument(0));
                self.set(key, false);
                self.timeouts.retain(|it| Some(*it) != key);
            }
            _ => {}
        }
        let told_not_to = call.arguments.iter().any(|it| it.contains("MSG_DONTWAIT"));
        !told_not_to && !number(argument(0)).is_some_and(|key| self.never_wait.contains(&key))
    }

    /// Whether the socket of a call was given a timeout for receiving.
    pub(crate) fn has_timeout(&self, process: usize, call: &Call) -> bool {
        let socket = call.arguments.first().and_then(|it| descriptor(it));
        socket.is_some_and(|it| self.timeouts.contains(&(process, it.number)))
    }

    fn copies(&mut self, one: Option<(usize, i32)>, other: Option<(usize, i32)>) {
        let (Some(one), Some(other)) = (one, other) else { return };
        self.set(Some(other), self.never_wait.contains(&one));
        if self.timeouts.contains(&one) {
            self.timeouts.insert(other);
        }
    }

    fn set(&mut self, key: Option<(usize, i32)>, never_waits: bool) {
        if let Some(key) = key {
            self.never_wait.remove(&key);
            self.never_wait.extend(never_waits.then_some(key));
        }
    }

    /// The socket that a descriptor shows, with what was known of it before.
    fn seen(&mut self, process: usize, shown: &str) -> Option<Socket> {
        let descriptor = descriptor(shown)?;
        let key = (process, descriptor.number);
        let Some(protocol) = descriptor.protocol() else {
            // `socket:[123]`: connected no more. Anything else is no socket.
            let is_socket =
                descriptor.refers_to.as_deref().is_none_or(|it| it.starts_with("socket:"));
            return self.all.get(&key).filter(|_| is_socket).cloned();
        };
        let (here, there) = match descriptor.connection() {
            Some((here, there)) => (Some(here), Some(there)),
            None => (descriptor.own_address(), None),
        };
        let known = self.all.get(&key).filter(|known| known.protocol == protocol);
        let socket = Socket {
            descriptor: descriptor.number,
            protocol: protocol.to_owned(),
            here: here.map(normal).or_else(|| known?.here.clone()),
            there: there.map(normal).or_else(|| known?.there.clone()),
        };
        self.all.insert(key, socket.clone());
        Some(socket)
    }
}

/// An address in the words of the other side: a socket of both families has IPv4's in IPv6's clothes.
fn normal(address: String) -> String {
    match address.parse::<SocketAddr>() {
        Ok(address) => canonical(address).to_string(),
        Err(_) => address,
    }
}

fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
