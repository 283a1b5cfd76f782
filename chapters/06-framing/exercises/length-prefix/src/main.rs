//! Exercise 06-length-prefix: how much will come. README.md says what is asked.
//!
//! Start it: printf 'hello\n' | cargo run -p ex06-length-prefix, while the server of chapter 06 runs
//!           with --frame length in another terminal
//! Grade it: cargo test -p ex06-length-prefix

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, OrFail, ServerAddress, exit_status, printable, say};
use socket2::{Domain, Socket, Type};

/// How many bytes a length has.
const HEADER: usize = 4;

/// Send each line of the input as a message, and print the replies.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ServerAddress,

    /// The most bytes that a reply may have
    #[arg(long, value_name = "BYTES", default_value_t = 1_000_000)]
    limit: u32,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    let server =
        connect(address).or_fail_to_connect(format_args!("cannot connect to {address}"))?;
    let lost = format!("lost the connection to {}", cli.address);
    for message in io::stdin().lock().split(b'\n') {
        let message = message.or_fail("cannot read the input")?;
        send(&server, &message).or_fail(&lost)?;
        let reply = receive(&server, cli.limit).or_fail(&lost)?;
        say!("{}", printable(&reply));
    }
    Ok(())
}

fn connect(address: SocketAddr) -> io::Result<Socket> {
    let server = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    server.connect(&address.into())?;
    Ok(server)
}

/// Sends a message in its frame, both in one write.
fn send(mut server: &Socket, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(message.len()).map_err(|_| ErrorKind::InvalidInput)?;
    server.write_all(&[&length.to_be_bytes(), message].concat())
}

/// Receives a reply.
fn receive(mut server: &Socket, limit: u32) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; HEADER + limit as usize];
    let count = server.read(&mut frame)?;
    Ok(frame[..count].get(HEADER..).unwrap_or_default().to_vec())
}
