//! A scripted peer that speaks in datagrams.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use crate::scene::shown;
use crate::{DEADLINE, Scene};

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
        let (count, from) = match self.socket.recv_from(&mut buffer) {
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
