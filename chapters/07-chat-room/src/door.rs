//! A door: a thread that waits for clients at a listening socket, and how to wake it.

use std::io::{self, ErrorKind};
use std::iter;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use common::{info, name, words};
use socket2::{SockAddr, Socket, Type};

use crate::listen::SocketPath;

/// How many of those that wait when a door closes are told so; there is no end of them if they come
/// faster than that.
const MOST_IN_QUEUE: usize = 1024;

/// How long we try to wake the thread that accepts.
const TIME_TO_WAKE: Duration = Duration::from_secs(1);

/// Where clients come in.
pub struct Door {
    listener: Socket,
    /// Where the socket stands in the file system, if it does.
    _path: Option<SocketPath>,
    closing: AtomicBool,
}

impl Door {
    /// A door at a socket that listens.
    pub fn new(listener: Socket, path: Option<SocketPath>) -> Self {
        Self { listener, _path: path, closing: AtomicBool::new(false) }
    }

    /// Hands every client to `welcome`, with a name for it, until [`close`](Self::close). Those that
    /// wait in the queue at that moment are handed to `turn_away`.
    pub fn accept_all(&self, welcome: impl Fn(Socket, String), turn_away: impl Fn(Socket)) {
        let mut in_trouble = false;
        let last = loop {
            let accepted = self.listener.accept();
            if self.closing.load(Ordering::Acquire) {
                break accepted; // whoever has closed the door, or somebody just before
            }
            match accepted {
                Ok((client, peer)) => {
                    in_trouble = false;
                    let peer = name_of(&peer);
                    info!("connected by {peer}");
                    // Two short lines, one behind the other, are not to wait for each other
                    // (chapter 06). A Unix socket has no such option, and does not wait.
                    let _ = client.set_tcp_nodelay(true);
                    welcome(client, peer);
                }
                // A client that has gone while it waited in the queue, as some systems tell us.
                Err(error) if has_gone(&error) => {}
                // Out of descriptors, most likely. They come back when clients leave.
                Err(error) => {
                    if !in_trouble {
                        info!("cannot accept, trying again: {}", words(&error));
                    }
                    in_trouble = true;
                    thread::sleep(Duration::from_millis(100));
                }
            }
        };
        // Closing the listener would reset those in its queue. They are few, and have not waited
        // long: accept them, without waiting for more.
        let _ = self.listener.set_nonblocking(true);
        let queue = iter::from_fn(|| self.listener.accept().ok()).take(MOST_IN_QUEUE);
        for (client, _) in last.into_iter().chain(queue) {
            let _ = client.set_nonblocking(false); // some systems hand it on to the client
            turn_away(client);
        }
    }

    // ANCHOR: close
    /// Ends [`accept_all`](Self::accept_all), which is waiting in accept. Nothing wakes it there on
    /// every system but a client, so we are one. Returns false if that has failed, and the thread may
    /// wait on: when no descriptor is free, or the path is gone.
    pub fn close(&self) -> bool {
        self.closing.store(true, Ordering::Release);
        let woken = self.knock();
        if let Err(error) = &woken {
            info!("cannot wake the thread that accepts: {}", words(error));
        }
        woken.is_ok()
    }

    fn knock(&self) -> io::Result<()> {
        let here = within_reach(self.listener.local_addr()?);
        Socket::new(here.domain(), Type::STREAM, None)?.connect_timeout(&here, TIME_TO_WAKE)
    }
    // ANCHOR_END: close
}

/// A client's address as people write it; a client at a path has none.
fn name_of(peer: &SockAddr) -> String {
    let canonical = |peer: SocketAddr| SocketAddr::new(peer.ip().to_canonical(), peer.port());
    match peer.as_socket() {
        Some(peer) => canonical(peer).to_string(), // ::ffff:127.0.0.1 is 127.0.0.1
        None if peer.is_unix() => "this machine".into(),
        None => name(None),
    }
}

/// Whether accept has failed because of the client, and not because of us (accept(2)).
fn has_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

/// An address of this machine at which a socket is reached that listens at all of them.
fn within_reach(address: SockAddr) -> SockAddr {
    match address.as_socket() {
        Some(all) if all.ip() == Ipv4Addr::UNSPECIFIED => {
            SocketAddr::from((Ipv4Addr::LOCALHOST, all.port())).into()
        }
        Some(all) if all.ip() == Ipv6Addr::UNSPECIFIED => {
            SocketAddr::from((Ipv6Addr::LOCALHOST, all.port())).into()
        }
        _ => address,
    }
}
