//! Exercise 07-broadcast: what one says, all others hear. README.md says what is asked.
//!
//! Start it:   cargo run -p ex07-broadcast
//! Talk to it: nc 127.0.0.1 6666, in two or three other terminals
//! Grade it:   cargo test -p ex07-broadcast

use std::io::{self, BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, words};
use socket2::{Domain, Socket, Type};

/// The most bytes in a line.
const LIMIT: u64 = 1024;

/// A room: what one says, all others hear.
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
            Ok((client, peer)) => start(client, name(peer.as_socket())),
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
fn start(client: Socket, peer: String) {
    info!("connected by {peer}");
    let thread = thread::Builder::new().name(peer.clone());
    let lost = peer.clone();
    let started = thread.spawn(move || {
        let _ = listen_to(&client, &peer); // however it ends, the client has left
        drop(client);
        info!("client {peer} has left");
    });
    if let Err(error) = started {
        info!("client {lost} has left: cannot start a thread: {error}");
    }
}

/// Prints what one client says, until it leaves.
fn listen_to(client: &Socket, peer: &str) -> io::Result<()> {
    let mut lines = BufReader::new(client);
    let mut line = Vec::new();
    while lines.by_ref().take(LIMIT).read_until(b'\n', &mut line)? > 0 {
        info!("[{peer}] {}", printable(line.strip_suffix(b"\n").unwrap_or(&line)));
        line.clear();
    }
    Ok(())
}
