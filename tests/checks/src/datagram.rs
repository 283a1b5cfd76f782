//! A peer that speaks in datagrams.

use std::fmt::Display;
use std::fs;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::rc::Rc;

use crate::program::missing;
use crate::words::quoted;
use crate::{Failed, Played, Silence, Stage};

/// A UDP socket of the check, on a free port of 127.0.0.1.
pub struct DatagramPeer {
    stage: Stage,
    name: String,
    socket: Rc<UdpSocket>,
}

impl Stage {
    /// A peer of this name that speaks in datagrams.
    pub fn datagram_peer(&self, name: &str) -> Result<DatagramPeer, Failed> {
        let socket = at_a_port_of_its_own().and_then(|socket| {
            socket.set_nonblocking(true)?; // so that a wait can be given up
            Ok(socket)
        });
        let socket =
            socket.map_err(|error| Failed::grader(format_args!("{name}'s socket"), error))?;
        let socket = Rc::new(socket);
        self.keep(Rc::clone(&socket));
        Ok(DatagramPeer { stage: self.clone(), name: name.to_owned(), socket })
    }
}

/// A socket at a port that was not a program's a moment ago.
///
/// Whoever asks the kernel for any port gets one of a certain range, and soon after it was freed,
/// somebody else may get it. What is still under way to the first one, such as an acknowledgement that
/// comes twice, then arrives at the second one. So a check takes its ports from below that range.
fn at_a_port_of_its_own() -> io::Result<UdpSocket> {
    const LOWEST: u16 = 10_000;
    // On Linux, ip(7) says where that range stands; elsewhere it is that of RFC 6335, section 6.
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let first = range.split_whitespace().next().and_then(|first| first.parse().ok());
    let first: u16 = first.unwrap_or(49_152);
    for _ in 0..100 {
        if first <= LOWEST {
            break;
        }
        match UdpSocket::bind((Ipv4Addr::LOCALHOST, fastrand::u16(LOWEST..first))) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            bound => return bound,
        }
    }
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
}

impl DatagramPeer {
    /// Its address.
    pub fn address(&self) -> Result<SocketAddr, Failed> {
        let address = self.socket.local_addr();
        address.map_err(|error| Failed::grader(format_args!("{}'s address", self.name), error))
    }

    /// From now on nobody listens at its port, which nobody else gets either: a socket that is
    /// connected takes datagrams from its peer alone (udp(7)), and this one's peer is itself.
    pub fn stops_listening(&self) -> Played {
        let connected = self.address().map(|address| self.socket.connect(address))?;
        connected.map_err(|error| Failed::grader(format_args!("to close {}", self.name), error))?;
        self.stage.tell(&self.name, "listens at its port no more");
        Ok(())
    }

    /// Its port, as an argument for a program.
    pub fn port(&self) -> Result<String, Failed> {
        Ok(self.address()?.port().to_string())
    }

    /// Sends one datagram, when the program has done all that there was to do before.
    pub fn sends_to(&self, address: SocketAddr, bytes: impl AsRef<[u8]>) -> Played {
        let bytes = bytes.as_ref();
        self.sends_as(address, bytes, format_args!("a datagram: {}", quoted(bytes)))
    }

    /// As [`sends_to`](Self::sends_to), told in these words: `the acknowledgement of block 0`.
    pub fn sends_as(&self, address: SocketAddr, bytes: &[u8], what: impl Display) -> Played {
        self.stage.settle();
        self.stage.tell(&self.name, format_args!("sends {what}"));
        self.sends_untold(address, bytes)
    }

    /// Sends one datagram at once, and does not tell of it.
    pub fn sends_untold(&self, address: SocketAddr, bytes: &[u8]) -> Played {
        // That nobody listens is told to connected sockets alone (udp(7)), which this is not.
        let sent = self.socket.send_to(bytes, address);
        sent.map_err(|error| Failed::grader(format_args!("{} to send", self.name), error))?;
        Ok(())
    }

    /// A datagram that has come, and who has sent it; `None` if there is none. It is not told.
    pub fn takes(&self) -> Option<(Vec<u8>, SocketAddr)> {
        let mut buffer = vec![0; 65536];
        let (count, from) = self.socket.recv_from(&mut buffer).ok()?;
        buffer.truncate(count);
        Some((buffer, from))
    }

    /// Waits for one datagram. Returns it, and who has sent it.
    pub fn receives_any(&self, wanted: &str) -> Result<(Vec<u8>, SocketAddr), Failed> {
        let received = self.stage.awaits(|| self.takes());
        let (bytes, from) = received.map_err(|silence| missing(wanted, silence))?;
        self.stage.tell(&self.name, format_args!("receives a datagram: {}", quoted(&bytes)));
        Ok((bytes, from))
    }

    /// Waits for one datagram, which must be exactly this. Returns who has sent it.
    pub fn receives(&self, expected: impl AsRef<[u8]>) -> Result<SocketAddr, Failed> {
        let expected = expected.as_ref();
        let wanted = format!("{} to receive the datagram {}", self.name, quoted(expected));
        let (received, from) = self.receives_any(&wanted)?;
        match received == expected {
            true => Ok(from),
            false => Err(Failed::fail(wanted, format!("the datagram {}", quoted(&received)))),
        }
    }

    /// Waits for one datagram, which must be exactly this, and tells of it as `named` calls it.
    pub fn receives_named(&self, named: fn(&[u8]) -> String, expected: &[u8]) -> Played {
        let wanted = format!("{} to receive {}", self.name, named(expected));
        let received = self.stage.awaits(|| self.takes());
        let (received, _) = received.map_err(|silence| missing(&wanted, silence))?;
        if received != expected {
            return Err(Failed::fail(wanted, named(&received)));
        }
        self.stage.tell(&self.name, format_args!("receives {}", named(expected)));
        Ok(())
    }

    /// Waits until the program has come to rest, and no datagram has come from it until then.
    pub fn receives_nothing(&self) -> Played {
        let wanted = format!("no datagram to be sent to {}", self.name);
        let mut came = None;
        let heard = self.stage.hears(|| {
            came = self.takes();
            came.is_some()
        });
        match (came, heard) {
            (Some((bytes, _)), _) => {
                Err(Failed::fail(wanted, format!("the datagram {}", quoted(&bytes))))
            }
            (None, Ok(_) | Err(Silence::Ended(_))) => Ok(()),
            (None, Err(silence)) => Err(missing(&wanted, silence)),
        }
    }
}
