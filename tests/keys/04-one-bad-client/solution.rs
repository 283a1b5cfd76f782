//! Exercise 04-one-bad-client, solved: a panic ends its own thread, and leaves no lock poisoned.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, words};
use socket2::{Domain, Socket, Type};

const QUIT: &[u8] = b"q";

/// Add up the amounts that clients send.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    let listener =
        listen_on(address).or_fail_to_listen(format_args!("cannot listen on {}", cli.address))?;
    let total = Arc::new(Mutex::new(0));
    loop {
        match listener.accept() {
            Ok((client, peer)) => {
                let peer = name(peer.as_socket());
                info!("connected by {peer}");
                start(client, peer, Arc::clone(&total));
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

/// Serves `client` in a thread of its own. The thread owns the socket, and drops it even if it
/// panics, so that the connection is closed in any case.
fn start(client: Socket, peer: String, total: Arc<Mutex<u64>>) {
    let thread = thread::Builder::new().name(peer.clone());
    let lost = peer.clone();
    let started = thread.spawn(move || {
        let served = catch_unwind(|| serve_client(&client, &peer, &total));
        if served.is_err() {
            info!("client {peer} lost: its thread has panicked");
        }
    });
    if let Err(error) = started {
        info!("client {lost} lost: cannot start a thread: {error}");
    }
}

fn serve_client(client: &Socket, peer: &str, total: &Mutex<u64>) {
    match talk(client, peer, total) {
        Ok(end) => info!("client {peer} {end}"),
        Err(error) => info!("client {peer} lost: {}", words(&error)),
    }
}

/// Takes amounts, and says what the total is then. Returns how the client left.
fn talk(mut client: &Socket, peer: &str, total: &Mutex<u64>) -> io::Result<&'static str> {
    let mut buffer = [0; 1024];
    loop {
        let message = match client.read(&mut buffer) {
            Ok(0) => return Ok("closed the connection"),
            Ok(count) => &buffer[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        info!("received from {peer}: {}", printable(message));
        if message == QUIT {
            return Ok("quit!");
        }
        let Ok(text) = std::str::from_utf8(message) else {
            client.write_all(b"that is no text")?;
            continue;
        };
        // It may panic. A panic with the lock in hand would poison it, for all other threads.
        let amount = u64::from(amount(text));
        let total = add(total, amount);
        client.write_all(format!("total: {total}").as_bytes())?;
    }
}

/// Adds to the total of all clients, and returns what it is then.
fn add(total: &Mutex<u64>, amount: u64) -> u64 {
    let mut total = total.lock().expect("nothing in here panics");
    *total += amount;
    *total
}

/// The amount that a text names. Take it for a library that somebody else has written: use it, and
/// leave it as it is.
fn amount(text: &str) -> u32 {
    text.trim().parse().expect("an amount is a whole number")
}
