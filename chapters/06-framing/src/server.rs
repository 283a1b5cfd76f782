//! The server: chapter 04's, with a conversation in frames.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use common::{Failure, OrFail, info, name, words};
use socket2::{Domain, Socket, Type};

use crate::Server;
use crate::conversation::{self, framed};
use crate::farewell::close;
use crate::framing::Framing;
use crate::permits::{Permit, Permits};
use crate::threads::in_a_thread;

/// The queue of those that wait for accept, for clients that come all at once.
const BACKLOG: i32 = 1024;

/// How many refused clients we wait for at the same time, until they have read the refusal.
const MOST_LINGERING: usize = 16;

const FULL: &[u8] = b"[INFO] server is full, try again later";

/// Serves clients until Ctrl-C.
pub fn run(options: &Server) -> Result<(), Failure> {
    let address = options.address.resolve_first()?;
    let listener = listen_on(address)
        .or_fail_to_listen(format_args!("cannot listen on {}", options.address))?;
    serve(&listener, options)
}

fn listen_on(address: SocketAddr) -> io::Result<Socket> {
    let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(unix)]
    listener.set_reuse_address(true)?;
    listener.bind(&address.into())?;
    listener.listen(BACKLOG)?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    info!("waiting for connection...");
    Ok(listener)
}

/// accept, hand the client to a thread, and at once accept again, as in chapter 04.
fn serve(listener: &Socket, options: &Server) -> ! {
    let mut permits = Permits::new(options.max_clients as usize);
    let mut lingering = Permits::new(MOST_LINGERING);
    let mut in_trouble = false;
    loop {
        match listener.accept() {
            Ok((client, peer)) => {
                in_trouble = false;
                let peer = name(peer.as_socket());
                info!("connected by {peer}");
                match permits.take() {
                    Some(permit) => start(client, peer, permit, options),
                    None => refuse(client, peer, lingering.take(), options.framing),
                }
            }
            Err(error) => {
                if !in_trouble {
                    info!("cannot accept, trying again: {}", words(&error));
                }
                in_trouble = true;
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

/// Serves `client` in a thread of its own, which owns the socket and the permit.
fn start(client: Socket, peer: String, permit: Permit, options: &Server) {
    let &Server { framing, idle_timeout, .. } = options;
    let name = peer.clone();
    let started = in_a_thread(&name, move || {
        let end = conversation::serve(&client, &peer, framing, idle_timeout);
        drop((client, permit)); // before the line: whoever reads it finds the permit free
        info!("client {peer} {end}");
    });
    if let Err(error) = started {
        info!("client {name} lost: cannot start a thread: {error}");
    }
}

/// Tells one client too many that the server is full. A new connection's send buffer is empty, so
/// this does not block. Without a permit to wait for it, or without a thread, it is closed at once.
fn refuse(client: Socket, peer: String, permit: Option<Permit>, framing: Framing) {
    info!("client {peer} refused: the server is full");
    if (&client).write_all(&framed(framing, FULL)).is_err() {
        return; // it has gone already
    }
    if let Some(permit) = permit {
        let _ = in_a_thread(&peer, move || {
            let _ = close(&client);
            drop(permit);
        });
    }
}
