//! One end of a TCP connection, held by the check.

use std::cell::{Cell, Ref, RefCell};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

use crate::connection::end;
use crate::program::missing;
use crate::words::{beginning, ended, quoted};
use crate::{Failed, Played, Silence, Stage};

/// One end of a TCP connection; the program under test has the other. Dropping it closes it.
pub struct Peer {
    pub(super) stage: Stage,
    pub(super) name: String,
    stream: TcpStream,
    pub(super) received: RefCell<Vec<u8>>,
    /// How much of a long message has been received and forgotten.
    pub(super) taken: Cell<usize>,
    pub(super) end: Cell<Option<End>>,
}

/// How the stream from the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
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

    /// Sends all of these bytes in one write, or in as many as it takes.
    pub fn sends(&self, bytes: impl AsRef<[u8]>) -> Played {
        let bytes = bytes.as_ref();
        self.stage.settle();
        self.stage.tell(&self.name, format_args!("sends {}", quoted(bytes)));
        let mut sent = 0;
        let done = self.stage.awaits(|| match (&self.stream).write(&bytes[sent..]) {
            Ok(count) => {
                sent += count;
                (sent == bytes.len()).then_some(Ok(()))
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => Some(Err(error)),
        });
        let wanted = format!("your program to receive {}", quoted(bytes));
        match done {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Failed::fail(wanted, "it has closed the connection")),
            Err(silence) => Err(missing(&wanted, silence)),
        }
    }

    /// Waits until all that it has sent has arrived, be it that the program's kernel has acknowledged
    /// it, or has answered with a reset. Who sends has only handed it to the own kernel, and on a
    /// crowded machine it is under way for longer than one thinks. Linux and IPv4 only.
    pub fn is_heard(&self) -> Played {
        let here = self.address()?;
        let Ok(there) = self.stream.peer_addr() else { return Ok(()) }; // reset already
        let mut looks_in_vain = 0;
        let arrived = self.stage.awaits(|| match end(here, there) {
            Ok(Some(end)) => {
                looks_in_vain = 0;
                (end.unacknowledged == 0).then_some(Ok(()))
            }
            Ok(None) => {
                looks_in_vain += 1;
                (looks_in_vain == 3).then_some(Ok(())) // a reset has ended it
            }
            Err(failed) => Some(Err(failed)),
        });
        arrived.map_err(|silence| missing("your program's kernel to acknowledge it", silence))?
    }

    /// Sends a byte, and another, as long as it takes, until the program has closed the connection.
    pub fn sends_until_it_is_cut_off(&self) -> Played {
        const PAUSE: Duration = Duration::from_millis(20); // to read each takes next to no time
        self.stage.tell(&self.name, "sends byte after byte");
        let mut next = Instant::now();
        let closed = self.stage.awaits(|| {
            if Instant::now() < next {
                return None;
            }
            next = Instant::now() + PAUSE;
            match (&self.stream).write(b".") {
                // WouldBlock is no end: the program has not read yet what came before.
                Err(error) if error.kind() != ErrorKind::WouldBlock => Some(()),
                _ => None,
            }
        });
        let wanted = format!(
            "your program to close the connection in time, although {} goes on sending",
            self.name
        );
        closed.map_err(|silence| missing(&wanted, silence))?;
        self.stage.tell(&self.name, "finds the connection closed");
        Ok(())
    }

    /// Waits for exactly these bytes, in one piece or in many.
    pub fn receives(&self, expected: impl AsRef<[u8]>) -> Played {
        let expected = expected.as_ref();
        let wanted = format!("{} to receive {}", self.name, quoted(expected));
        let enough = self.stage.awaits(|| {
            let received = self.read();
            let differs = !received.starts_with(&expected[..expected.len().min(received.len())]);
            (received.len() >= expected.len() || differs || self.end.get().is_some()).then_some(())
        });
        let mut received = self.received.borrow_mut();
        if received.starts_with(expected) {
            received.drain(..expected.len());
            self.stage.tell(&self.name, format_args!("receives {}", quoted(expected)));
            return Ok(());
        }
        drop(received);
        let received = self.hears_the_rest();
        let came = |rest: String| match received.is_empty() {
            true => rest,
            false => format!("{}, then {rest}", quoted(&received)),
        };
        Err(match (enough, self.end.get()) {
            (Err(silence), _) => Failed { came: came(silence.told()), ..missing(&wanted, silence) },
            (Ok(()), Some(End::Closed)) => Failed::fail(
                wanted,
                came("the end of the stream: your program has closed it".into()),
            ),
            (Ok(()), Some(End::Reset)) => Failed::fail(wanted, came(reset().into())),
            (Ok(()), None) => Failed::fail(wanted, quoted(&received)),
        })
    }

    /// Waits for the end of the stream, before which nothing else may come.
    pub fn receives_the_end(&self) -> Played {
        let wanted =
            format!("{} to receive the end of the stream, and nothing before it", self.name);
        let (ended, received) = self.hears_anything();
        match (ended, self.end.get()) {
            (Ok(()), _) if !received.is_empty() => Err(Failed::fail(wanted, beginning(&received))),
            (Ok(()), Some(End::Closed)) => {
                self.stage.tell(&self.name, "receives the end of the stream");
                Ok(())
            }
            (Ok(()), _) => Err(Failed::fail(wanted, reset())),
            (Err(silence), _) => Err(missing(&wanted, silence)),
        }
    }

    /// Waits until the program has come to rest, and nothing has come from it until then.
    pub fn receives_nothing(&self) -> Played {
        let wanted = format!("nothing to be sent to {}", self.name);
        let (came, received) = self.hears_anything();
        match came {
            Err(Silence::AtRest | Silence::Restless | Silence::Deadline(_)) => Ok(()),
            Err(silence) => Err(missing(&wanted, silence)),
            Ok(()) if !received.is_empty() => Err(Failed::fail(wanted, beginning(&received))),
            Ok(()) => {
                Err(Failed::fail(wanted, "the end of the stream: your program has closed it"))
            }
        }
    }

    /// Closes the sending half (shutdown), and can still receive.
    pub fn closes_its_sending_half(&self) {
        self.stage.settle();
        // Fails if the program has closed the connection, and then what is awaited next says so.
        let _ = self.stream.shutdown(Shutdown::Write);
        self.stage.tell(&self.name, "closes its sending half (shutdown), and still reads");
    }

    /// Closes the connection.
    pub fn closes(self) {
        self.stage.settle();
        self.stage.tell(&self.name, "closes the connection, and says nothing");
    }

    /// Ends the connection by a reset: what happens when a program is killed with bytes unread, or
    /// when a machine has started anew and knows nothing of the connection. Waits, on Linux, until
    /// the reset has arrived.
    pub fn resets(self) -> Played {
        self.stage.settle();
        let reset = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        reset.map_err(|error| Failed::grader("to reset a connection", error))?;
        self.stage.tell(&self.name, "resets the connection");
        let ends = (self.stream.peer_addr(), self.stream.local_addr());
        drop(self.stream);
        // A reset is not acknowledged, but the program's end is gone then. The table is no snapshot,
        // so one look without a trace proves nothing.
        let mut looks_in_vain = 0;
        if let (Ok(there), Ok(here)) = ends {
            while looks_in_vain < 3 && !self.stage.time_left().is_zero() {
                match end(there, here) {
                    Ok(Some(_)) => looks_in_vain = 0,
                    Ok(None) => looks_in_vain += 1,
                    Err(_) => break, // there is no such table on this system
                }
                thread::sleep(Duration::from_millis(1)); // between two looks
            }
        }
        Ok(())
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

    /// Whatever has come, added to what has been received and not been asked for: up to so much that
    /// a program which sends without end is left waiting.
    pub(super) fn read(&self) -> Ref<'_, Vec<u8>> {
        const MOST: usize = 1 << 20;
        self.read_until(MOST)
    }

    /// Waits for anything at all, be it the end of the stream. Returns all that comes then.
    fn hears_anything(&self) -> (Result<(), Silence>, Ref<'_, Vec<u8>>) {
        let came = self.stage.awaits(|| {
            let more = !self.read().is_empty();
            (more || self.end.get().is_some()).then_some(())
        });
        let more = !self.received.borrow().is_empty();
        (came, if more { self.hears_the_rest() } else { self.received.borrow() })
    }

    /// All that comes until the program has no more to say.
    fn hears_the_rest(&self) -> Ref<'_, Vec<u8>> {
        self.stage.hears_all();
        self.read()
    }

    /// Sleeps until something comes; for a moment at most.
    pub(super) fn waits_a_moment(&self) -> io::Result<()> {
        const MOMENT: Duration = Duration::from_millis(5);
        self.stream.set_nonblocking(false)?;
        self.stream.set_read_timeout(Some(MOMENT))?;
        let _ = self.stream.peek(&mut [0]); // the next read says what has come of it
        self.stream.set_nonblocking(true)
    }

    /// As [`read`](Self::read), but leaves the rest to the kernel once `enough` bytes are there.
    pub(super) fn read_until(&self, enough: usize) -> Ref<'_, Vec<u8>> {
        let mut buffer = [0; 64 << 10];
        while self.end.get().is_none() {
            let room = buffer.len().min(enough.saturating_sub(self.received.borrow().len()));
            if room == 0 {
                break;
            }
            match (&self.stream).read(&mut buffer[..room]) {
                Ok(0) => self.end.set(Some(End::Closed)),
                Ok(count) => {
                    self.received.borrow_mut().extend_from_slice(&buffer[..count]);
                    self.stage.comes(count);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.end.set(Some(End::Reset)),
            }
        }
        self.received.borrow()
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

pub(super) fn reset() -> &'static str {
    "a reset: your program has ended, or has closed the connection with bytes unread"
}
