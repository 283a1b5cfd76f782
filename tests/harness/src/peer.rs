//! Scripted peers: a client or server of which the test decides every byte.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use crate::scene::shown;
use crate::{DEADLINE, Scene, uninterrupted};

/// One end of a TCP connection.
pub struct Peer {
    name: String,
    scene: Scene,
    stream: TcpStream,
}

impl Scene {
    /// Connects a scripted client, called `name` in the transcript, to `address`.
    #[track_caller]
    pub fn connect(&self, name: &str, address: SocketAddr) -> Peer {
        match TcpStream::connect(address) {
            Ok(stream) => Peer::new(self, name, stream, "connects"),
            Err(error) => self.fail(format_args!("{name} cannot connect to {address}: {error}")),
        }
    }

    /// Connects a scripted client with a receive buffer as small as the system allows, so that a
    /// server that it does not read from soon cannot send any more.
    #[track_caller]
    pub fn connect_with_small_buffer(&self, name: &str, address: SocketAddr) -> Peer {
        let connect = || {
            let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
            shrink(&socket)?;
            socket.connect(&address.into())?;
            io::Result::Ok(socket.into())
        };
        match connect() {
            Ok(stream) => Peer::new(self, name, stream, "connects, with a small receive buffer"),
            Err(error) => self.fail(format_args!("{name} cannot connect to {address}: {error}")),
        }
    }
}

impl Peer {
    #[track_caller]
    pub(crate) fn new(scene: &Scene, name: &str, stream: TcpStream, how: &str) -> Self {
        let peer = Self { name: name.to_owned(), scene: scene.clone(), stream };
        let limited = peer
            .stream
            .set_read_timeout(Some(DEADLINE))
            .and_then(|()| peer.stream.set_write_timeout(Some(DEADLINE)));
        if let Err(error) = limited {
            peer.fail(format_args!("cannot set a timeout: {error}"));
        }
        peer.record(how);
        peer
    }

    /// Sends all of `bytes`.
    #[track_caller]
    pub fn sends(&self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.record(format_args!("sends {}", shown(bytes)));
        if let Err(error) = (&self.stream).write_all(bytes) {
            self.fail(format_args!("cannot send {}: {error}", shown(bytes)));
        }
    }

    /// Sends `bytes` again and again until the connection takes no more for a while: both sides'
    /// buffers are full, because the other side has stopped reading; or until the other side has
    /// had enough and resets the connection.
    #[track_caller]
    pub fn sends_until_stuck(&self, bytes: &[u8]) {
        self.record(format_args!("sends {} until no more is taken", shown(bytes)));
        let patience = Some(Duration::from_millis(300));
        self.stream.set_write_timeout(patience).unwrap_or_else(|error| self.fail(error));
        loop {
            match (&self.stream).write_all(bytes).map_err(|error| (error.kind(), error)) {
                Ok(()) => {}
                Err((ErrorKind::WouldBlock | ErrorKind::TimedOut, _)) => return,
                Err((ErrorKind::ConnectionReset | ErrorKind::BrokenPipe, _)) => return,
                Err((_, error)) => self.fail(format_args!("cannot send: {error}")),
            }
        }
    }

    /// Receives exactly `expected`, in however many pieces.
    #[track_caller]
    pub fn receives(&self, expected: impl AsRef<[u8]>) {
        let expected = expected.as_ref();
        let mut received = vec![0; expected.len()];
        let mut count = 0;
        while count < expected.len() {
            match uninterrupted(|| (&self.stream).read(&mut received[count..])) {
                Ok(0) => break,
                Ok(more) => count += more,
                Err(error) => self.fail(format_args!(
                    "expected {}, received {}, then: {error}",
                    shown(expected),
                    shown(&received[..count])
                )),
            }
        }
        received.truncate(count);
        self.record(format_args!("receives {}", shown(&received)));
        if received != expected {
            self.fail(format_args!("expected {}, received {}", shown(expected), shown(&received)));
        }
    }

    /// Receives the end of the stream: the other side has closed, and sent nothing more.
    #[track_caller]
    pub fn receives_end(&self) {
        let mut byte = [0];
        match uninterrupted(|| (&self.stream).read(&mut byte)) {
            Ok(0) => self.record("receives the end of the stream"),
            Ok(_) => self.fail(format_args!("expected the end, received {}", shown(&byte))),
            Err(error) => self.fail(format_args!("expected the end of the stream: {error}")),
        }
    }

    /// Closes the sending half: the other side receives the end of the stream, and can still send.
    #[track_caller]
    pub fn half_closes(&self) {
        self.record("closes its sending half");
        if let Err(error) = self.stream.shutdown(Shutdown::Write) {
            self.fail(format_args!("cannot close the sending half: {error}"));
        }
    }

    /// Closes the connection.
    pub fn closes(self) {
        self.record("closes");
    }

    /// Throws the connection away: a linger time of zero makes close send RST (socket(7)).
    #[track_caller]
    pub fn resets(self) {
        self.record("resets the connection");
        if let Err(error) = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)) {
            self.fail(format_args!("cannot prepare a reset: {error}"));
        }
    }

    /// The connection itself, for what a test does with its own hands.
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    fn record(&self, what: impl std::fmt::Display) {
        self.scene.record(&self.name, format_args!("({what})"));
    }

    #[track_caller]
    fn fail(&self, problem: impl std::fmt::Display) -> ! {
        self.scene.fail(format_args!("{}: {problem}", self.name))
    }
}

/// Makes a connection that takes little before it is full. To be called before connect or listen:
/// the window that a connection opens with depends on it, and accepted sockets inherit it (tcp(7)).
pub(crate) fn shrink(socket: &Socket) -> io::Result<()> {
    socket.set_recv_buffer_size(1)?;
    // Linux lets the other side's send buffer grow with the size of a segment, and on loopback a
    // segment holds 64 KiB.
    #[cfg(unix)]
    socket.set_tcp_mss(536)?;
    Ok(())
}
