//! Exercise 05-lost-and-found: every byte, once and in order. README.md says what is asked.
//!
//! Start it:   cargo run -p ex05-lost-and-found -- receive
//! Talk to it: printf 'hello' | cargo run -p ex05-lost-and-found -- send, in a second terminal
//! Grade it:   cargo test -p ex05-lost-and-found

use std::io::{self, Read, Write};
use std::net::UdpSocket;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, ServerAddress, exit_status, info, seconds};

/// The most bytes of a block.
const BLOCK: usize = 512;

/// What stands before them: a letter, and a number of four bytes.
const HEADER: usize = 5;

/// Send a text in datagrams, and receive it.
#[derive(Parser)]
enum Cli {
    /// Send what stdin holds.
    Send(Sender),
    /// Write what is received to stdout.
    Receive(Receiver),
}

#[derive(clap::Args)]
struct Sender {
    #[command(flatten)]
    address: ServerAddress,

    /// How long to wait for an acknowledgement before a datagram is sent again
    #[arg(long, value_name = "SECONDS", default_value = "0.2", value_parser = seconds)]
    timeout: Duration,

    /// How many times to send a datagram before giving up
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    tries: u32,
}

#[derive(clap::Args)]
struct Receiver {
    #[command(flatten)]
    address: ListenAddress,

    /// How long to stay after the last acknowledgement
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    stay: Duration,
}

fn main() -> ExitCode {
    exit_status(match Cli::parse() {
        Cli::Send(options) => send(&options),
        Cli::Receive(options) => receive(&options),
    })
}

/// Sends block after block, and then the end.
fn send(options: &Sender) -> Result<(), Failure> {
    let address = options.address.resolve_first()?;
    let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).or_fail("cannot make a socket")?;
    socket.connect(address).or_fail_to_connect(format_args!("cannot send to {address}"))?;
    info!("sending to {address}: {} tries, of {:?} each", options.tries, options.timeout);
    for number in 0u32.. {
        let mut block = Vec::new();
        io::stdin().take(BLOCK as u64).read_to_end(&mut block).or_fail("cannot read stdin")?;
        let kind = if block.is_empty() { b'E' } else { b'D' };
        let datagram = [&[kind], &number.to_be_bytes()[..], &block].concat();
        socket.send(&datagram).or_fail("cannot send")?;
        if kind == b'E' {
            break;
        }
    }
    Ok(())
}

/// Writes and acknowledges what comes, until the end.
fn receive(options: &Receiver) -> Result<(), Failure> {
    let address = options.address.resolve_first()?;
    let socket = UdpSocket::bind(address)
        .or_fail_to_listen(format_args!("cannot receive on {}", options.address))?;
    info!("server start at : {}", socket.local_addr().or_fail("no address")?);
    let mut buffer = [0; HEADER + BLOCK];
    loop {
        let (length, sender) = socket.recv_from(&mut buffer).or_fail("cannot receive")?;
        let (header, block) = buffer[..length].split_at(HEADER);
        let acknowledgement = [b"A", &header[1..]].concat();
        socket.send_to(&acknowledgement, sender).or_fail("cannot acknowledge")?;
        let mut stdout = io::stdout();
        stdout.write_all(block).and_then(|()| stdout.flush()).or_fail("cannot write")?;
        if header[0] == b'E' {
            // The acknowledgement needs its time to arrive.
            thread::sleep(options.stay);
            return Ok(());
        }
    }
}
