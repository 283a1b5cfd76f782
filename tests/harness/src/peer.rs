//! Scripted peers: a client or server of which the test decides every byte.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use crate::{DEADLINE, Scene, poll};

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
    fn new(scene: &Scene, name: &str, stream: TcpStream, how: &str) -> Self {
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
    /// had enough and resets the connection. Returns how many bytes went.
    #[track_caller]
    pub fn sends_until_stuck(&self, bytes: &[u8]) -> usize {
        self.record(format_args!("sends {} until no more is taken", shown(bytes)));
        let patience = Some(Duration::from_millis(300));
        self.stream.set_write_timeout(patience).unwrap_or_else(|error| self.fail(error));
        let mut sent = 0;
        loop {
            match (&self.stream).write(bytes) {
                Ok(count) => sent += count,
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return sent,
                    ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => return sent,
                    _ => self.fail(format_args!("cannot send: {error}")),
                },
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
            match (&self.stream).read(&mut received[count..]) {
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
        match (&self.stream).read(&mut byte) {
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

/// A scripted server.
pub struct Listener {
    name: String,
    scene: Scene,
    listener: TcpListener,
    address: SocketAddr,
    _queue: Vec<TcpStream>,
}

impl Scene {
    /// A scripted server, called `name` in the transcript, on a free port of 127.0.0.1.
    #[track_caller]
    pub fn listen(&self, name: &str) -> Listener {
        self.listen_as(name, 128, |_| Ok(()))
    }

    /// A scripted server with a receive buffer as small as the system allows, so that a client that
    /// it does not read from soon cannot send any more.
    #[track_caller]
    pub fn listen_with_small_buffer(&self, name: &str) -> Listener {
        self.listen_as(name, 128, shrink)
    }

    /// A scripted server whose queue is full, so that on Linux nobody's SYN gets an answer.
    #[track_caller]
    pub fn listen_without_room(&self, name: &str) -> Listener {
        let mut listener = self.listen_as(name, 0, |_| Ok(()));
        // A queue of zero has room for one (listen(2) says nothing of it, but that is how it is).
        match TcpStream::connect(listener.address) {
            Ok(only) => listener._queue.push(only),
            Err(error) => self.fail(format_args!("cannot fill the queue of {name}: {error}")),
        }
        listener
    }

    #[track_caller]
    fn listen_as(
        &self,
        name: &str,
        backlog: i32,
        set_up: fn(&Socket) -> io::Result<()>,
    ) -> Listener {
        let listen = || {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            set_up(&socket)?;
            socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
            socket.listen(backlog)?;
            socket.set_nonblocking(true)?; // so that accepts can have a deadline
            let listener = TcpListener::from(socket);
            let address = listener.local_addr()?;
            io::Result::Ok((listener, address))
        };
        match listen() {
            Ok((listener, address)) => {
                self.server_port(address.port());
                Listener {
                    name: name.to_owned(),
                    scene: self.clone(),
                    listener,
                    address,
                    _queue: Vec::new(),
                }
            }
            Err(error) => self.fail(format_args!("{name} cannot listen: {error}")),
        }
    }
}

impl Listener {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its port, as an argument for a program.
    pub fn port(&self) -> String {
        self.address.port().to_string()
    }

    /// Accepts the next client.
    #[track_caller]
    pub fn accepts(&self) -> Peer {
        match poll(|| self.listener.accept().ok()) {
            Some((stream, _)) => {
                stream.set_nonblocking(false).unwrap_or_else(|error| self.scene.fail(error));
                Peer::new(&self.scene, &self.name, stream, "accepts the connection")
            }
            None => self.scene.fail(format_args!("{}: nobody connects", self.name)),
        }
    }
}

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

/// Makes a connection that takes little before it is full. To be called before connect or listen:
/// the window that a connection opens with depends on it, and accepted sockets inherit it (tcp(7)).
fn shrink(socket: &Socket) -> io::Result<()> {
    socket.set_recv_buffer_size(1)?;
    // Linux lets the other side's send buffer grow with the size of a segment, and on loopback a
    // segment holds 64 KiB.
    #[cfg(unix)]
    socket.set_tcp_mss(536)?;
    Ok(())
}

/// Bytes in quotes, with everything but printable ASCII escaped, cut where they become too many.
fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 60;
    if bytes.len() > MOST {
        format!("\"{}…\" ({} bytes)", bytes[..MOST / 2].escape_ascii(), bytes.len())
    } else {
        format!("\"{}\"", bytes.escape_ascii())
    }
}
