//! One end of a TCP connection, held by the check.

mod message;
mod receives;
mod sends;

use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use self::receives::reset;
use crate::words::ended;
use crate::{Failed, Played, Silence, Stage};

/// One end of a TCP connection; the program under test has the other. Dropping it closes it.
pub struct Peer {
    stage: Stage,
    name: String,
    stream: TcpStream,
    received: RefCell<Vec<u8>>,
    /// How much of a long message has been received and forgotten.
    taken: Cell<usize>,
    end: Cell<Option<End>>,
}

/// How the stream from the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Closed,
    Reset,
}

impl Peer {
    pub(crate) fn connect(stage: &Stage, name: &str, address: SocketAddr) -> Result<Self, Failed> {
        stage.settle();
        let peer = Self::connects(stage, name, address)?;
        stage.tell(name, "connects");
        Ok(peer)
    }

    /// Clients 1 to `count`. The program is not given the time to do anything between two of them.
    pub(crate) fn connect_many(
        stage: &Stage,
        count: usize,
        address: SocketAddr,
    ) -> Result<Vec<Self>, Failed> {
        stage.settle();
        let client = |number| Self::connects(stage, &format!("client {number}"), address);
        let clients = (1..=count).map(client).collect::<Result<_, _>>()?;
        stage.tell(&format!("clients 1 to {count}"), "connect");
        Ok(clients)
    }

    /// As `connect`, with the smallest receive buffer that the system allows: while this client does
    /// not read, little is taken for it.
    pub(crate) fn connect_with_small_buffer(
        stage: &Stage,
        name: &str,
        address: SocketAddr,
    ) -> Result<Self, Failed> {
        stage.settle();
        let connect = || {
            let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
            // Before connect: the window that a connection opens with depends on it (tcp(7)).
            socket.set_recv_buffer_size(1)?;
            socket.connect_timeout(
                &address.into(),
                stage.time_left().max(Duration::from_millis(1)),
            )?;
            io::Result::Ok(socket.into())
        };
        let stream = connect().map_err(|error| {
            Failed::fail(format_args!("your program to take the connection of {name}"), error)
        })?;
        let peer = Self::of(stage, name, stream)?;
        stage.tell(name, "connects, with a small receive buffer");
        Ok(peer)
    }

    fn connects(stage: &Stage, name: &str, address: SocketAddr) -> Result<Self, Failed> {
        const WANTED: &str = "your program to take the connection";
        // Not zero, which would be an error of its own.
        let limit = stage.time_left().max(Duration::from_millis(1));
        let stream =
            TcpStream::connect_timeout(&address, limit).map_err(|error| match error.kind() {
                ErrorKind::ConnectionRefused => Failed::fail(WANTED, nobody_listens(stage)),
                ErrorKind::ConnectionReset => Failed::fail(WANTED, reset()),
                ErrorKind::TimedOut => {
                    Failed::timeout(WANTED, "nothing: the queue of its listener is full")
                }
                _ => Failed::grader(format_args!("{name} to connect to {address}"), error),
            })?;
        Self::of(stage, name, stream)
    }

    /// Takes over a connection that is there already.
    pub(crate) fn of(stage: &Stage, name: &str, stream: TcpStream) -> Result<Self, Failed> {
        let set_up = stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true));
        set_up.map_err(|error| Failed::grader("a connection", error))?;
        Ok(Self {
            stage: stage.clone(),
            name: name.to_owned(),
            stream,
            received: RefCell::default(),
            taken: Cell::new(0),
            end: Cell::new(None),
        })
    }

    /// From now on it has a large receive buffer, and reads: what had to wait comes at once, and not a
    /// kilobyte at a time, each after a turn of whoever else has something to do on this machine.
    pub fn begins_to_read(&self) -> Played {
        const LARGE: usize = 1 << 20;
        let larger = SockRef::from(&self.stream).set_recv_buffer_size(LARGE);
        larger.map_err(|error| Failed::grader("a larger receive buffer", error))
    }

    /// Its own address.
    pub fn address(&self) -> Result<SocketAddr, Failed> {
        self.stream.local_addr().map_err(|error| Failed::grader("a client's address", error))
    }

    /// Adds its own address to what happened, where lines of the program are told apart by it.
    pub fn tells_its_address(&self) -> Played {
        self.stage.tell(&self.name, format_args!("has the address {}", self.address()?));
        Ok(())
    }
}

fn nobody_listens(stage: &Stage) -> String {
    match stage.awaits(|| stage.ended()) {
        Ok(status) | Err(Silence::Ended(status)) => {
            format!("nobody listens any more: your program {}", ended(status))
        }
        Err(_) => "your program runs, but does not listen at the address that it has named".into(),
    }
}
