//! Exercise 04-one-bad-client: a client that makes its thread panic. README.md says what is asked.
//!
//! Start it:   cargo run -p ex04-one-bad-client
//! Talk to it: nc 127.0.0.1 6666, in two other terminals; send numbers, then a word
//! Grade it:   cargo test -p ex04-one-bad-client

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
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

/// Serves `client` in a thread of its own, which owns the socket.
fn start(client: Socket, peer: String, total: Arc<Mutex<u64>>) {
    let thread = thread::Builder::new().name(peer.clone());
    let lost = peer.clone();
    let started = thread.spawn(move || serve_client(&client, &peer, &total));
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
        let text = String::from_utf8_lossy(message);
        let mut total = total.lock().expect("no other thread has panicked");
        *total += u64::from(amount(&text));
        client.write_all(format!("total: {total}").as_bytes())?;
    }
}

/// The amount that a text names. Take it for a library that somebody else has written: use it, and
/// leave it as it is.
fn amount(text: &str) -> u32 {
    text.trim().parse().expect("an amount is a whole number")
}
