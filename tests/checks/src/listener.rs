//! A server that the check plays, for exercises in which the student writes the client.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Socket, Type};

use crate::program::missing;
use crate::{Failed, Peer, Stage};

/// A server that the check plays, on a free port of 127.0.0.1.
pub struct Listener {
    stage: Stage,
    name: String,
    listener: TcpListener,
    address: SocketAddr,
}

impl Stage {
    /// Listens, as a server of this name, with room for `backlog` connections that nobody has
    /// accepted (Linux admits one more than that).
    pub fn listen(&self, name: &str, backlog: i32) -> Result<Listener, Failed> {
        self.listen_as(name, backlog, |_| Ok(()))
    }

    /// As [`listen`](Self::listen), with a receive buffer of so many bytes (Linux doubles them,
    /// socket(7)), which the system does not let grow.
    pub fn listen_with_buffer(&self, name: &str, bytes: usize) -> Result<Listener, Failed> {
        self.listen_as(name, 5, |socket| socket.set_recv_buffer_size(bytes))
    }

    /// As [`listen`](Self::listen), with the smallest receive buffer that the system allows: who
    /// sends to this server while it does not read soon gets no more taken.
    pub fn listen_with_small_buffer(&self, name: &str) -> Result<Listener, Failed> {
        self.listen_with_buffer(name, 1)
    }

    fn listen_as(
        &self,
        name: &str,
        backlog: i32,
        set_up: impl Fn(&Socket) -> io::Result<()>,
    ) -> Result<Listener, Failed> {
        let listen = || {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            // Before listen, so that the window of each connection begins as small as its buffer.
            set_up(&socket)?;
            socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
            socket.listen(backlog)?;
            socket.set_nonblocking(true)?; // so that a wait for a client can be given up
            let listener = TcpListener::from(socket);
            let address = listener.local_addr()?;
            io::Result::Ok((listener, address))
        };
        let (listener, address) =
            listen().map_err(|error| Failed::grader(format_args!("{name} to listen"), error))?;
        self.tell(name, "listens");
        Ok(Listener::of(self, name, listener, address))
    }
}

impl Listener {
    /// Takes over a socket that listens already, and does not block.
    pub(crate) fn of(
        stage: &Stage,
        name: &str,
        listener: TcpListener,
        address: SocketAddr,
    ) -> Self {
        Self { stage: stage.clone(), name: name.to_owned(), listener, address }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its port, as an argument for a program.
    pub fn port(&self) -> String {
        self.address.port().to_string()
    }

    /// Waits for the program to connect.
    pub fn accepts(&self) -> Result<Peer, Failed> {
        let accepted = self.stage.awaits(|| self.listener.accept().ok());
        let (stream, _) =
            accepted.map_err(|silence| missing("your program to connect", silence))?;
        self.stage.tell(&self.name, "accepts a connection of your program");
        Peer::of(&self.stage, &self.name, stream)
    }
}
