//! Exercise 04-full-house: one client too many. README.md says what is asked.
//!
//! Start it:   cargo run -p ex04-full-house
//! Talk to it: make run-ch03, in three other terminals
//! Grade it:   cargo test -p ex04-full-house

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, seconds, words};
use socket2::{Domain, Socket, Type};

const REPLY: &[u8] = b"[INFO] server has received your messages";
const QUIT: &[u8] = b"q";
const FULL: &[u8] = b"[INFO] server is full, try again later";

/// Serve many clients at once, but not too many.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,

    /// How many clients are served at once; any more are told that the server is full
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    max_clients: u32,

    /// How long a client that was refused is waited for
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    linger: Duration,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    let listener =
        listen_on(address).or_fail_to_listen(format_args!("cannot listen on {}", cli.address))?;
    let served = Arc::new(AtomicU32::new(0));
    loop {
        match listener.accept() {
            Ok((client, peer)) => {
                let peer = name(peer.as_socket());
                info!("connected by {peer}");
                if served.load(Ordering::Acquire) < cli.max_clients {
                    start(client, peer, Arc::clone(&served));
                } else {
                    refuse(&client, &peer, cli.linger);
                }
            }
            // Out of descriptors, most likely: they come back when clients leave.
            Err(error) => {
                info!("cannot accept, trying again: {}", words(&error));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn listen_on(address: SocketAddr) -> io::Result<Socket> {
    let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(unix)]
    listener.set_reuse_address(true)?;
    listener.bind(&address.into())?;
    listener.listen(1024)?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    Ok(listener)
}

/// Tells a client that it is one too many, and gives it time to read that before it is closed.
fn refuse(mut client: &Socket, peer: &str, linger: Duration) {
    info!("client {peer} refused: the server is full");
    match client.write_all(FULL) {
        Ok(()) => thread::sleep(linger),
        Err(error) => info!("client {peer} lost: {}", words(&error)),
    }
}

/// Serves `client` in a thread of its own, which owns the socket.
fn start(client: Socket, peer: String, served: Arc<AtomicU32>) {
    served.fetch_add(1, Ordering::AcqRel);
    let thread = thread::Builder::new().name(peer.clone());
    let lost = peer.clone();
    let started = thread.spawn(move || match talk(&client, &peer) {
        Ok(end) => {
            served.fetch_sub(1, Ordering::AcqRel);
            info!("client {peer} {end}");
        }
        Err(error) => info!("client {peer} lost: {}", words(&error)),
    });
    if let Err(error) = started {
        info!("client {lost} lost: cannot start a thread: {error}");
    }
}

/// recv, send, and again. Returns how the client left.
fn talk(mut client: &Socket, peer: &str) -> io::Result<&'static str> {
    let mut buffer = [0; 1024];
    loop {
        let message = match client.read(&mut buffer) {
            Ok(0) => return Ok("closed the connection"),
            Ok(count) => &buffer[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        info!("received from {peer}: {}", printable(text_of(message).as_bytes()));
        if message == QUIT {
            return Ok("quit!");
        }
        client.write_all(REPLY)?;
    }
}

/// The text of a message. Take it for a library that somebody else has written: use it, and leave it
/// as it is.
fn text_of(message: &[u8]) -> &str {
    std::str::from_utf8(message).expect("a message is text")
}
