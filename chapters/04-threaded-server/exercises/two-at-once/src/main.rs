//! Exercise 04-two-at-once: a client that says nothing holds up nobody. README.md says what is asked.
//!
//! Start it:   cargo run -p ex04-two-at-once
//! Talk to it: make run-ch03, in two other terminals at the same time
//! Grade it:   cargo test -p ex04-two-at-once

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, words};
use socket2::{Domain, Socket, Type};

const REPLY: &[u8] = b"[INFO] server has received your messages";
const QUIT: &[u8] = b"q";

/// Serve many clients at once.
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
    loop {
        match listener.accept() {
            Ok((client, peer)) => {
                let peer = name(peer.as_socket());
                info!("connected by {peer}");
                serve_client(&client, &peer);
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

/// One client from its first message to its end.
fn serve_client(client: &Socket, peer: &str) {
    match talk(client, peer) {
        Ok(end) => info!("client {peer} {end}"),
        Err(error) => info!("client {peer} lost: {}", words(&error)),
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
        info!("received from {peer}: {}", printable(message));
        if message == QUIT {
            return Ok("quit!");
        }
        client.write_all(REPLY)?;
    }
}
