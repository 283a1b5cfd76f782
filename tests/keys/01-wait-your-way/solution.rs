//! Exercise 01-wait-your-way, solved: a look switches blocking off, and on again.

use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use common::{Failure, OrFail, exit_status, info, name, printable, say, seconds};
use socket2::{Domain, Socket, Type};

/// The longest datagram.
const LIMIT: usize = 1024;

/// Look for a datagram, or wait for one, as the words on stdin say.
#[derive(Parser)]
struct Cli {
    /// Port on 127.0.0.1; with 0 the kernel chooses a free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// How long a wait may take; fractions are allowed
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    timeout: Duration,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let wanted = format!("cannot listen at 127.0.0.1:{}", cli.port);
    let socket = bound(cli.port, cli.timeout).or_fail_to_listen(wanted)?;
    info!("listening at {}", name(socket.local_addr().or_fail("no address")?.as_socket()));
    for line in io::stdin().lines() {
        let line = line.or_fail("cannot read the input")?;
        let (received, nothing) = match line.as_str() {
            "now" => (look(&socket), "nothing yet"),
            "wait" => (receive(&socket), "nothing in time"),
            _ => {
                say!("say now or wait");
                continue;
            }
        };
        match received.or_fail("cannot receive")? {
            Some(text) => say!("received: {text}"),
            None => say!("{nothing}"),
        }
    }
    Ok(())
}

/// socket and bind: a datagram socket, which blocks, for so long at most.
fn bound(port: u16, timeout: Duration) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())?;
    socket.set_read_timeout(Some(timeout))?;
    Ok(socket)
}

/// Takes what is there, and does not wait.
fn look(socket: &Socket) -> io::Result<Option<String>> {
    socket.set_nonblocking(true)?;
    let found = receive(socket);
    // It is the socket that does not block, not the call: the next wait would not wait either.
    socket.set_nonblocking(false)?;
    found
}

/// recv: the text of one datagram, or `None` if none came for as long as the socket waits.
fn receive(mut socket: &Socket) -> io::Result<Option<String>> {
    let mut buffer = [0; LIMIT];
    loop {
        match socket.read(&mut buffer) {
            Ok(count) => return Ok(Some(printable(&buffer[..count]))),
            // "Not now" and "not in time" are one error; Windows has another for the second.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(None);
            }
            // A signal woke us. The timeout starts anew with the next call.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
