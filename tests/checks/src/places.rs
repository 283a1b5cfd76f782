//! Addresses at which the check decides what a client meets: a refusal, no answer, or a server.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

use crate::{Failed, Listener, Played, Program, Stage};

/// An address of this machine that is kept for a check. At first nobody listens there, nor can
/// anybody else, and so the kernel refuses who connects.
pub struct Place {
    stage: Stage,
    socket: Socket,
    address: SocketAddr,
    queue: RefCell<Vec<TcpStream>>,
}

impl Stage {
    /// So many places, all with the same port, on 127.0.0.1, 127.0.0.2 and so on. Beyond the first,
    /// Linux only: there, all that begins with 127 is this machine.
    pub fn places(&self, count: u8) -> Result<Vec<Place>, Failed> {
        const TRIES: usize = 20; // a port that is free on one address may be taken on the next
        let places = || {
            let first = bind(Ipv4Addr::LOCALHOST, 0)?;
            let port = first.local_addr()?.as_socket().map_or(0, |address| address.port());
            let others = (2..=count).map(|last| bind(Ipv4Addr::new(127, 0, 0, last), port));
            [Ok(first)].into_iter().chain(others).collect::<io::Result<Vec<_>>>()
        };
        let mut tries = (0..TRIES).map(|_| places());
        let sockets = tries.find(Result::is_ok).unwrap_or_else(places);
        let sockets = sockets.map_err(|error| Failed::grader("a free port", error))?;
        sockets.into_iter().map(|socket| Place::of(self, socket)).collect()
    }

    /// Starts the program with a hosts file that nobody else sees, in which a name stands for these
    /// places, in this order. The port goes into `--port`, behind `--host` and the name.
    ///
    /// The resolver may order them otherwise (RFC 6724): best first, which 127.0.0.1 is, being the
    /// address that the program itself has. Equals stay in their order.
    pub fn start_with_hosts(
        &self,
        name: &str,
        places: &[Place],
        args: &[&str],
    ) -> Result<Program, Failed> {
        let lines = places.iter().map(|place| format!("{} {name}\n", place.address.ip()));
        let addresses: Vec<_> = places.iter().map(|place| place.address.ip().to_string()).collect();
        self.tell("hosts file", format_args!("says that {name} is {}", addresses.join(", ")));
        let folder = tempfile::tempdir().and_then(|folder: TempDir| {
            fs::write(folder.path().join("hosts"), lines.collect::<String>())?;
            Ok(folder)
        });
        let folder = folder.map_err(|error| Failed::grader("to write a hosts file", error))?;
        let launcher = self.launcher().clone().with_hosts(&folder.path().join("hosts"));
        self.keep(folder);
        let port = places[0].port();
        self.start_as(&launcher, &[], &[&["--host", name, "--port", &port], args].concat())
    }
}

impl Place {
    fn of(stage: &Stage, socket: Socket) -> Result<Self, Failed> {
        let address = socket.local_addr().map(|address| address.as_socket());
        let address = address.ok().flatten();
        let address = address.ok_or_else(|| Failed::grader("an address", "there is none"))?;
        Ok(Self { stage: stage.clone(), socket, address, queue: RefCell::default() })
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its port, as an argument for a program.
    pub fn port(&self) -> String {
        self.address.port().to_string()
    }

    /// Refuses who connects, which it does in any case.
    pub fn refuses(&self) {
        self.tell("refuses: nobody listens there");
    }

    /// Lets a server of this name listen here.
    pub fn listens(&self, name: &str) -> Result<Listener, Failed> {
        let listen = || {
            self.socket.listen(5)?;
            self.socket.set_nonblocking(true)?; // so that a wait for a client can be given up
            self.socket.try_clone()
        };
        let socket =
            listen().map_err(|error| Failed::grader(format_args!("{name} to listen"), error))?;
        self.stage.tell(name, format_args!("listens on {}", self.address.ip()));
        Ok(Listener::of(&self.stage, name, socket.into(), self.address))
    }

    /// Does not answer who connects: its queue is full, and on Linux that is what happens then.
    pub fn never_answers(&self) -> Played {
        let fill = || {
            self.socket.listen(0)?; // with room for one
            TcpStream::connect_timeout(&self.address, Duration::from_secs(1))
        };
        let only = fill().map_err(|error| Failed::grader("to fill a queue", error))?;
        self.queue.borrow_mut().push(only);
        // Connected is not yet queued: our own kernel's last acknowledgement may be under way.
        let queued = self.stage.awaits(|| {
            let mut queue = [PollFd::new(&self.socket, PollFlags::IN)];
            let now = Timespec { tv_sec: 0, tv_nsec: 0 };
            (poll(&mut queue, Some(&now)) == Ok(1)).then_some(())
        });
        queued.map_err(|silence| Failed::grader("to fill a queue", silence.told()))?;
        self.tell("does not answer: its queue is full");
        Ok(())
    }

    fn tell(&self, what: &str) {
        self.stage.tell(&self.address.ip().to_string(), what);
    }
}

fn bind(ip: Ipv4Addr, port: u16) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((ip, port)).into())?;
    Ok(socket)
}
