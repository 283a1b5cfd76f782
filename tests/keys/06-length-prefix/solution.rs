//! Exercise 06-length-prefix, solved: as many bytes as were announced, and not one more.

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

impl Cli {
    /// The failure when the server has done something that it should not.
    fn failure(&self, what: &str) -> Failure {
        Failure::new(format_args!("{} {what}", self.address))
    }
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
        let reply = receive(&server, cli, &lost)?;
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

/// Receives a reply: its length, and then as many bytes. What comes behind it stays in the kernel.
fn receive(server: &Socket, cli: &Cli, lost: &str) -> Result<Vec<u8>, Failure> {
    let mut header = [0; HEADER];
    match fill(server, &mut header).or_fail(lost)? {
        HEADER => {}
        0 => return Err(cli.failure("has closed the connection")),
        _ => return Err(cli.failure("has closed the connection inside a reply")),
    }
    let length = u32::from_be_bytes(header);
    if length > cli.limit {
        let limit = cli.limit;
        return Err(cli.failure(&format!(
            "has announced a reply of {length} bytes, and {limit} are allowed"
        )));
    }
    let mut reply = vec![0; length as usize];
    if fill(server, &mut reply).or_fail(lost)? < reply.len() {
        return Err(cli.failure("has closed the connection inside a reply"));
    }
    Ok(reply)
}

/// recv, again and again, until the buffer is full or the stream ends. Returns how many have come.
fn fill(mut server: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match server.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
