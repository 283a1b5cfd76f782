//! A scripted peer that speaks in datagrams.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use socket2::{Domain, Socket, Type};

use crate::scene::shown;
use crate::{DEADLINE, Scene, poll, uninterrupted};

/// A scripted peer that speaks in datagrams.
pub struct DatagramPeer {
    name: String,
    scene: Scene,
    socket: UdpSocket,
}

impl Scene {
    /// A scripted UDP peer, called `name` in the transcript, on a free port of this IP address.
    #[track_caller]
    pub fn datagram_peer(&self, name: &str, ip: &str) -> DatagramPeer {
        let bind = || {
            let socket = UdpSocket::bind((ip, 0))?;
            socket.set_read_timeout(Some(DEADLINE))?;
            io::Result::Ok(socket)
        };
        match bind() {
            Ok(socket) => DatagramPeer { name: name.to_owned(), scene: self.clone(), socket },
            Err(error) => self.fail(format_args!("{name} cannot bind to {ip}: {error}")),
        }
    }
}

impl DatagramPeer {
    /// Its port, as an argument for a program; in the transcript it becomes a server's.
    #[track_caller]
    pub fn port(&self) -> String {
        match self.socket.local_addr() {
            Ok(address) => {
                self.scene.server_port(address.port());
                address.port().to_string()
            }
            Err(error) => self.scene.fail(error),
        }
    }

    /// Sends one datagram.
    #[track_caller]
    pub fn sends_to(&self, address: SocketAddr, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.scene.record(&self.name, format_args!("(sends {})", shown(bytes)));
        if let Err(error) = self.socket.send_to(bytes, address) {
            self.scene.fail(format_args!("{} cannot send to {address}: {error}", self.name));
        }
    }

    /// Receives one datagram, which must be exactly `expected`. Returns who sent it.
    #[track_caller]
    pub fn receives(&self, expected: impl AsRef<[u8]>) -> SocketAddr {
        let expected = expected.as_ref();
        let mut buffer = vec![0; 65536];
        let (count, from) = match uninterrupted(|| self.socket.recv_from(&mut buffer)) {
            Ok(received) => received,
            Err(error) => self.scene.fail(format_args!(
                "{}: expected {}: {error}",
                self.name,
                shown(expected)
            )),
        };
        let received = &buffer[..count];
        self.scene.record(&self.name, format_args!("(receives {})", shown(received)));
        if received != expected {
            self.scene.fail(format_args!(
                "{}: expected {}, received {}",
                self.name,
                shown(expected),
                shown(received)
            ));
        }
        from
    }
}

/// A port of 127.0.0.1 that is taken, TCP and UDP, and on which nobody listens.
pub struct ReservedPort {
    port: u16,
    _tcp: Socket,
    udp: UdpSocket,
}

impl Scene {
    /// Takes a port and does not listen on it: a TCP connect is refused, and a datagram is answered
    /// with "port unreachable". In the transcript it is a server's port.
    #[track_caller]
    pub fn reserve_port(&self, name: &str) -> ReservedPort {
        let reserve = || {
            // Connected elsewhere, a datagram socket is nobody to strangers (udp(7)).
            let udp = UdpSocket::bind("127.0.0.1:0")?;
            let tcp = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            tcp.bind(&udp.local_addr()?.into())?; // bound, but not listening
            udp.connect("127.0.0.1:9")?;
            io::Result::Ok(ReservedPort { port: udp.local_addr()?.port(), _tcp: tcp, udp })
        };
        // The TCP port of the same number may be taken: then another number will do.
        match poll(|| reserve().ok()) {
            Some(reserved) => {
                self.server_port(reserved.port);
                reserved
            }
            None => self.fail(format_args!("no port can be reserved for {name}")),
        }
    }
}

impl ReservedPort {
    /// Its number, as an argument for a program.
    pub fn port(&self) -> String {
        self.port.to_string()
    }

    /// Sends one datagram from this port, to which no answer gets through.
    #[track_caller]
    pub fn sends_to(&self, address: SocketAddr, bytes: impl AsRef<[u8]>) {
        let sent = self.udp.send_to(bytes.as_ref(), address);
        assert!(sent.is_ok(), "a connected socket cannot send to {address}: {sent:?}");
    }
}
