//! Exercise 06-frames, solved: what is left of one read stands in front of the next.

use std::io::{self, ErrorKind, Read, Write};
use std::mem;
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
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                info!("client lost: it has closed the connection inside a message");
            }
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

/// A line, as far as it has come.
#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    /// Whether it has had more bytes than it may; what comes is not kept any more.
    too_long: bool,
}

impl Line {
    fn add(&mut self, bytes: &[u8], limit: usize) {
        self.too_long |= self.bytes.len() + bytes.len() > limit;
        if self.too_long {
            self.bytes.clear();
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn is_begun(&self) -> bool {
        self.too_long || !self.bytes.is_empty()
    }
}

/// One conversation, until the client closes the connection. A line that is cut short by that is an
/// error.
fn talk(mut client: &Socket, limit: usize) -> io::Result<()> {
    let mut buffer = [0; 4096];
    let mut line = Line::default();
    loop {
        let piece = match client.read(&mut buffer) {
            Ok(0) if line.is_begun() => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(0) => return Ok(()),
            Ok(count) => &buffer[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let end = part.strip_suffix(b"\n");
            line.add(end.unwrap_or(part), limit);
            if end.is_some() {
                answer(client, &mem::take(&mut line), limit)?;
            }
        }
    }
}

fn answer(mut client: &Socket, line: &Line, limit: usize) -> io::Result<()> {
    if line.too_long {
        info!("received from client: a line over the limit");
        return client.write_all(format!("[ERROR] a message has {limit} bytes at most\n").as_bytes());
    }
    info!("received from client: {}", printable(&line.bytes));
    client.write_all(REPLY)
}
