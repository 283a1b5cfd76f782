//! The student's program, while it runs.

mod end;
mod lines;
mod rest;
mod streams;

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

pub(crate) use self::rest::HIDES;
use crate::process::Process;
use crate::words::quoted;
use crate::{Failed, Peer, Played, Silence, Stage};

/// The student's program, while it runs. Dropping it ends it and whatever it has started.
pub struct Program {
    pub(crate) stage: Stage,
    pub(crate) process: Rc<Process>,
    /// How much of its stdout has been read.
    read: Cell<usize>,
    address: Cell<Option<SocketAddr>>,
}

impl Program {
    pub(crate) fn new(stage: &Stage, process: Rc<Process>) -> Self {
        Self { stage: stage.clone(), process, read: Cell::new(0), address: Cell::new(None) }
    }

    /// Its process id; in a jail, the jail's.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Where it listens, which it has said in its first line.
    ///
    /// # Panics
    ///
    /// If it was not started as a server: the check is wrong, not the program.
    pub fn address(&self) -> SocketAddr {
        self.address.get().expect("the program was started as a server")
    }

    /// Reads the address that a server names in its first line.
    pub(crate) fn names_its_address(&self) -> Played {
        const WANTED: &str = "a first line that ends with its address, such as \
            \"[INFO] server start at : 127.0.0.1:40123\"";
        let line = self.stage.awaits(|| self.next_line());
        let line = line.map_err(|silence| missing(WANTED, silence))?;
        let address = line.rsplit(' ').find_map(|word| word.parse().ok());
        let address: SocketAddr =
            address.ok_or_else(|| Failed::fail(WANTED, quoted(line.as_bytes())))?;
        if address.port() == 0 {
            let came = format!(
                "{} (that is what you asked for; getsockname tells what you got)",
                quoted(line.as_bytes())
            );
            return Err(Failed::fail(WANTED, came));
        }
        self.address.set(Some(address));
        self.stage.tell("your program", "listens, and says where");
        Ok(())
    }

    /// Connects to the server, as a client of this name.
    pub fn connect(&self, name: &str) -> Result<Peer, Failed> {
        Peer::connect(&self.stage, name, self.address())
    }

    /// As [`connect`](Self::connect), with the smallest receive buffer that the system allows: while
    /// this client does not read, little is taken for it.
    pub fn connect_with_small_buffer(&self, name: &str) -> Result<Peer, Failed> {
        Peer::connect_with_small_buffer(&self.stage, name, self.address())
    }

    /// So many clients connect, one right behind the other.
    pub fn connect_many(&self, count: usize) -> Result<Vec<Peer>, Failed> {
        Peer::connect_many(&self.stage, count, self.address())
    }

    /// The time that it has spent on a core. `None` where there is no `/proc`, or it has ended.
    pub fn cpu(&self) -> Option<Duration> {
        self.process.look().map(|look| look.cpu)
    }
}

/// The failure when `wanted` has not come.
pub(crate) fn missing(wanted: &str, silence: Silence) -> Failed {
    match silence {
        Silence::Ended(_) => Failed::fail(wanted, silence.told()),
        _ => Failed::timeout(wanted, silence.told()),
    }
}
