//! Exercise 06-frames: one line, one message. README.md says what is asked.
//!
//! Start it:   cargo run -p ex06-frames
//! Talk to it: nc 127.0.0.1 6666, in a second terminal; leave it with Ctrl-C
//! Grade it:   cargo test -p ex06-frames

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, words};
use socket2::{Domain, Socket, Type};

const REPLY: &[u8] = b"[INFO] server has received your messages\n";

/// Serve one client at a time, and answer each line that it sends.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,

    /// The most bytes that a message may have
    #[arg(long, value_name = "BYTES", default_value_t = 1024)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    let listener =
        listen_on(address).or_fail_to_listen(format_args!("cannot listen on {}", cli.address))?;
    loop {
        let (client, peer) = listener.accept().or_fail("cannot accept")?;
        info!("connected by {}", name(peer.as_socket()));
        match talk(&client, cli.limit as usize) {
            Ok(()) => info!("client closed the connection"),
            Err(error) => info!("client lost: {}", words(&error)),
        }
    }
}

fn listen_on(address: SocketAddr) -> io::Result<Socket> {
    let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(unix)]
    listener.set_reuse_address(true)?;
    listener.bind(&address.into())?;
    listener.listen(5)?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    Ok(listener)
}

/// One conversation, until the client closes the connection.
fn talk(mut client: &Socket, limit: usize) -> io::Result<()> {
    let mut buffer = vec![0; limit + 1];
    loop {
        let line = match client.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => &buffer[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let message = line.strip_suffix(b"\n").unwrap_or(line);
        info!("received from client: {}", printable(message));
        client.write_all(REPLY)?;
    }
}
