//! A scripted server.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};

use socket2::{Domain, Socket, Type};

use crate::peer::shrink;
use crate::{Peer, Scene, poll};

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
