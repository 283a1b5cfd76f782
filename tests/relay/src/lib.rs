//! A relay between two peers: it torments what they say to each other, and says how.
//!
//! A program that works on loopback may still be wrong, for loopback is kind: a small message comes
//! in one read, datagrams arrive in order, and none is lost. A relay stands between a client and a
//! server, and is less kind. What it does is decided by a seed, so that a run that has gone wrong
//! can be had again.
//!
//! A [`TcpRelay`] chops a stream into pieces, merges what was sent apart, and delays; it hands on
//! every byte, once and in order. A [`UdpRelay`] drops, duplicates, reorders and delays datagrams.
//!
//! A relay ends when it is dropped, with its threads and sockets. It listens on 127.0.0.1 unless
//! told otherwise, and anybody who can reach it can use it.

mod chance;
mod connection;
mod exchange;
mod log;
mod pipe;
mod post;
mod tcp;
mod udp;
mod worker;

pub use chance::{Decision, Fate, Trouble};
pub use pipe::Shape;
pub use tcp::{Handed, TcpRelay, TcpSettings, What};
pub use udp::{UdpRelay, UdpSettings};

use std::fmt;

/// Which way something goes through a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// From a client, who has called the relay, to the server.
    ToServer,
    /// From the server to a client.
    ToClient,
}

impl Direction {
    /// Both, in an order that does not change.
    pub const BOTH: [Self; 2] = [Self::ToServer, Self::ToClient];
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ToServer => "to server",
            Self::ToClient => "to client",
        })
    }
}
