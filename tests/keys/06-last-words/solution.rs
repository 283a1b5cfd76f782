//! Exercise 06-last-words, solved: half a close, then reading until the other half comes.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use common::{
    Failure, ListenAddress, OrFail, exit_status, info, name, printable, seconds, timed_out, words,
};
use socket2::{Domain, Socket, Type};

const REPLY: &[u8] = b"[INFO] server has received your messages\n";

/// Answer lines, and send reports that arrive.
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
    match report(client, wanted, linger) {
        Ok(()) => {}
        Err(error) if timed_out(&error) => return "lost: it does not read its report".into(),
        Err(error) => return format!("lost: {}", words(&error)),
    }
    match drain(client, linger) {
        Ok(true) => "has its report".into(),
        Ok(false) => "let go".into(),
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

/// Sends a report, and closes our half behind it.
fn report(mut client: &Socket, lines: u32, linger: Duration) -> io::Result<()> {
    client.set_write_timeout(Some(linger))?;
    let text: String = (1..=lines).map(|number| format!("line {number}\n")).collect();
    client.write_all(text.as_bytes())?;
    client.shutdown(Shutdown::Write)
}

/// Reads until the client has closed as well, for so long at the most; returns whether it has. With
/// anything unread, a close would be a reset, and take along what is still on its way.
fn drain(mut client: &Socket, linger: Duration) -> io::Result<bool> {
    let start = Instant::now();
    let mut buffer = [0; 4096];
    while let Some(left) = linger.checked_sub(start.elapsed()) {
        // A timeout of less than a microsecond would mean none at all.
        client.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        match client.read(&mut buffer) {
            Ok(0) => return Ok(true),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if timed_out(&error) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}
