//! Exercise 05-lost-and-found, solved: stop and wait.

use std::cmp::Ordering;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use common::{
    Failure, ListenAddress, OrFail, ServerAddress, exit_status, info, seconds, timed_out,
};

/// The most bytes of a block.
const BLOCK: usize = 512;

/// What stands before them: a letter, and a number of four bytes.
const HEADER: usize = 5;

const DATA: u8 = b'D';
const END: u8 = b'E';
const ACKNOWLEDGEMENT: u8 = b'A';

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

/// A datagram as it goes over the wire.
fn datagram(kind: u8, number: u32, block: &[u8]) -> Vec<u8> {
    [&[kind], &number.to_be_bytes()[..], block].concat()
}

/// Sends block after block, and then the end.
fn send(options: &Sender) -> Result<(), Failure> {
    let address = options.address.resolve_first()?;
    let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).or_fail("cannot make a socket")?;
    // Connected, it hears nobody but the receiver.
    socket.connect(address).or_fail_to_connect(format_args!("cannot send to {address}"))?;
    info!("sending to {address}: {} tries, of {:?} each", options.tries, options.timeout);
    for number in 0.. {
        let mut block = Vec::new();
        io::stdin().take(BLOCK as u64).read_to_end(&mut block).or_fail("cannot read stdin")?;
        let kind = if block.is_empty() { END } else { DATA };
        deliver(&socket, kind, number, &block, options)?;
        if kind == END {
            break;
        }
    }
    Ok(())
}

/// Sends one datagram until it is acknowledged.
fn deliver(
    socket: &UdpSocket,
    kind: u8,
    number: u32,
    block: &[u8],
    options: &Sender,
) -> Result<(), Failure> {
    for _ in 0..options.tries {
        // It fails with what an earlier one has met: nobody listened. That may change.
        let _ = socket.send(&datagram(kind, number, block));
        if is_acknowledged(socket, number, options.timeout).or_fail("cannot receive")? {
            return Ok(());
        }
    }
    let tries = options.tries;
    Err(Failure::new(format_args!("no acknowledgement of number {number} after {tries} tries")))
}

/// Waits for the acknowledgement of `number`, and for no other datagram. Whatever comes meanwhile,
/// the wait is over when it is over.
fn is_acknowledged(socket: &UdpSocket, number: u32, timeout: Duration) -> io::Result<bool> {
    let until = Instant::now() + timeout;
    let wanted = datagram(ACKNOWLEDGEMENT, number, &[]);
    let mut buffer = [0; HEADER + 1]; // one more, to see that it is longer
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv(&mut buffer) {
            Ok(length) if buffer[..length] == wanted => return Ok(true),
            Ok(_) => {}
            Err(error) if is_passing(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether it is no reason to give up: time is over, a signal came, or nobody listens yet.
fn is_passing(error: &io::Error) -> bool {
    timed_out(error)
        || matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionRefused)
}

/// Writes what comes, each block once and in order, until some time after the end.
fn receive(options: &Receiver) -> Result<(), Failure> {
    let address = options.address.resolve_first()?;
    let socket = UdpSocket::bind(address)
        .or_fail_to_listen(format_args!("cannot receive on {}", options.address))?;
    info!("server start at : {}", socket.local_addr().or_fail("no address")?);
    let mut buffer = [0; HEADER + BLOCK + 1]; // one more, to see that it is longer
    let mut sender = None;
    let mut due = 0;
    let mut until = None; // set when the end is in
    while let Some((length, peer)) = next(&socket, &mut buffer, until).or_fail("cannot receive")? {
        let Some((kind, number, block)) = parsed(&buffer[..length]) else { continue };
        if sender.is_some_and(|sender| sender != peer) {
            continue;
        }
        match (kind, number.cmp(&due)) {
            // Our acknowledgement was lost, or is late.
            (DATA, Ordering::Less) => {}
            (DATA, Ordering::Equal) if until.is_none() => {
                let mut stdout = io::stdout();
                stdout.write_all(block).and_then(|()| stdout.flush()).or_fail("cannot write")?;
                due += 1;
            }
            (END, Ordering::Equal) => {}
            _ => continue,
        }
        sender = Some(peer);
        // If it cannot be sent, it is lost like any other.
        let _ = socket.send_to(&datagram(ACKNOWLEDGEMENT, number, &[]), peer);
        if kind == END || until.is_some() {
            until = Some(Instant::now() + options.stay);
        }
    }
    Ok(())
}

/// The next datagram, and who has sent it; `None` if there is none until then.
fn next(
    socket: &UdpSocket,
    buffer: &mut [u8],
    until: Option<Instant>,
) -> io::Result<Option<(usize, SocketAddr)>> {
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(None);
        }
        socket.set_read_timeout(left)?;
        match socket.recv_from(buffer) {
            Ok(received) => return Ok(Some(received)),
            Err(error) if is_passing(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Letter, number and block of a datagram; `None` if it is garbage.
fn parsed(bytes: &[u8]) -> Option<(u8, u32, &[u8])> {
    let (header, block) = bytes.split_first_chunk::<HEADER>()?;
    let [kind, number @ ..] = *header;
    let well_formed = match kind {
        DATA => (1..=BLOCK).contains(&block.len()),
        END => block.is_empty(),
        _ => false,
    };
    well_formed.then(|| (kind, u32::from_be_bytes(number), block))
}
