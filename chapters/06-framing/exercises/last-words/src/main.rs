//! Exercise 06-last-words: the reply that a close eats. README.md says what is asked.
//!
//! Start it:   cargo run -p ex06-last-words
//! Talk to it: nc 127.0.0.1 6666, in a second terminal: type hello, then report 5
//! Grade it:   cargo test -p ex06-last-words

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, seconds, words};
use socket2::{Domain, Socket, Type};

const REPLY: &[u8] = b"[INFO] server has received your messages\n";

/// Answer lines, and send reports.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,

    /// How long a client that has its report is waited for
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    linger: Duration,
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
            Ok((client, peer)) => start(client, name(peer.as_socket()), cli.linger),
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
fn start(client: Socket, peer: String, linger: Duration) {
    info!("connected by {peer}");
    let thread = thread::Builder::new().name(peer.clone());
    let lost = peer.clone();
    let started = thread.spawn(move || {
        let end = serve(&client, &peer, linger);
        drop(client); // before the line: whoever reads it finds nothing left of this client
        info!("client {peer} {end}");
    });
    if let Err(error) = started {
        info!("client {lost} lost: cannot start a thread: {error}");
    }
}

/// One conversation. Returns how it ended.
fn serve(client: &Socket, peer: &str, linger: Duration) -> String {
    let wanted = match talk(client, peer) {
        Ok(Some(wanted)) => wanted,
        Ok(None) => return "closed the connection".into(),
        Err(error) => return format!("lost: {}", words(&error)),
    };
    match report(client, wanted) {
        Ok(()) => {
            thread::sleep(linger.min(Duration::from_millis(100))); // so that it arrives
            "has its report".into()
        }
        Err(error) => format!("lost: {}", words(&error)),
    }
}

/// Answers each line, until one asks for a report: of how many lines. `None` at the end of the
/// stream.
fn talk(mut client: &Socket, peer: &str) -> io::Result<Option<u32>> {
    let mut lines = BufReader::new(client);
    let mut line = Vec::new();
    while lines.by_ref().take(1024).read_until(b'\n', &mut line)? > 0 {
        let message = line.strip_suffix(b"\n").unwrap_or(&line);
        if let Some(wanted) = wish(message) {
            return Ok(Some(wanted));
        }
        info!("received from {peer}: {}", printable(message));
        client.write_all(REPLY)?;
        line.clear();
    }
    Ok(None)
}

/// How long a report the line asks for, if it asks for one.
fn wish(line: &[u8]) -> Option<u32> {
    let digits = str::from_utf8(line.strip_prefix(b"report ")?).ok()?;
    let well_formed = digits.len() <= 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|_| well_formed)
}

/// Sends a report.
fn report(mut client: &Socket, lines: u32) -> io::Result<()> {
    let text: String = (1..=lines).map(|number| format!("line {number}\n")).collect();
    client.write_all(text.as_bytes())
}
