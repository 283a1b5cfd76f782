//! The thread of a relay, and how it waits and ends.

use std::io;
use std::net::UdpSocket;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use rustix::event::{PollFd, Timespec, poll};
use rustix::io::Errno;

/// A thread that ends when this is dropped. It must wait with [`wait`] and nothing else, and watch
/// its bell.
#[derive(Debug)]
pub(crate) struct Worker {
    thread: Option<JoinHandle<()>>,
    bell: UdpSocket,
}

impl Worker {
    /// Starts a thread that runs `work`. When the socket that it is given can be read, it must
    /// return.
    pub(crate) fn start(work: impl FnOnce(UdpSocket) + Send + 'static) -> io::Result<Self> {
        // A datagram socket that is connected to itself is a bell on every system.
        let bell = UdpSocket::bind("127.0.0.1:0")?;
        bell.connect(bell.local_addr()?)?;
        let heard = bell.try_clone()?;
        let thread = thread::Builder::new().name("relay".into()).spawn(move || work(heard))?;
        Ok(Self { thread: Some(thread), bell })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let rung = self.bell.send(b"!");
        if let (Ok(_), Some(thread)) = (rung, self.thread.take()) {
            let _ = thread.join(); // it may have panicked, which has been printed by then
        }
    }
}

/// Waits until one of the sockets is ready, or until `due`.
pub(crate) fn wait(sockets: &mut [PollFd<'_>], due: Option<Instant>) -> io::Result<()> {
    loop {
        let left = due.map(|due| due.saturating_duration_since(Instant::now()));
        let left = left.map(|left| Timespec::try_from(left).unwrap_or(LONG));
        match poll(sockets, left.as_ref()) {
            Err(Errno::INTR) => {}
            done => return Ok(done.map(drop)?),
        }
    }
}

const LONG: Timespec = Timespec { tv_sec: 3600, tv_nsec: 0 };
