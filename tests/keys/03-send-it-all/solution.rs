//! Exercise 03-send-it-all, solved: write_all, a half-close, and reading to the end.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use common::{Failure, OrFail, ServerAddress, exit_status, seconds, timed_out};
use socket2::{Domain, Socket, Type};

/// Send the whole input to a server, and print its reply.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ServerAddress,

    /// For how long the server may take nothing and send nothing; fractions are allowed
    /// [default: as long as it takes]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    timeout: Option<Duration>,
}

impl Cli {
    /// The failure of a send or a recv: `what` the server has not done, or why it is lost.
    fn failure(&self, error: &io::Error, what: &str) -> Failure {
        let Self { address, timeout } = self;
        if timed_out(error) {
            let limit = timeout.unwrap_or_default();
            return Failure::new(format_args!("{address} {what} in {limit:?}"));
        }
        let why = common::words(error);
        Failure::new(format_args!("lost the connection to {address}: {why}"))
    }
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let mut message = Vec::new();
    io::stdin().read_to_end(&mut message).or_fail("cannot read the input")?;
    let address = cli.address.resolve_first()?;
    let server = connect(address, cli.timeout)
        .or_fail_to_connect(format_args!("cannot connect to {address}"))?;
    send(&server, &message).map_err(|error| cli.failure(&error, "has not read our message"))?;
    let reply = receive(&server).map_err(|error| cli.failure(&error, "has not replied"))?;
    io::stdout().write_all(&reply).or_fail("cannot print the reply")
}

fn connect(address: SocketAddr, timeout: Option<Duration>) -> io::Result<Socket> {
    let server = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    match timeout {
        Some(limit) => server.connect_timeout(&address.into(), limit)?,
        None => server.connect(&address.into())?,
    }
    server.set_read_timeout(timeout)?;
    server.set_write_timeout(timeout)?;
    Ok(server)
}

/// Sends all, then a FIN: without it, the server cannot know that nothing follows.
fn send(mut server: &Socket, message: &[u8]) -> io::Result<()> {
    // send takes a part when a signal or the timeout ends its wait; write_all goes on with the rest.
    server.write_all(message)?;
    match server.shutdown(Shutdown::Write) {
        // It has been reset by now; recv says so.
        Err(error) if error.kind() == ErrorKind::NotConnected => Ok(()),
        done => done,
    }
}

/// Only the end of the stream says that the reply is whole; no single recv does.
fn receive(mut server: &Socket) -> io::Result<Vec<u8>> {
    let mut reply = Vec::new();
    server.read_to_end(&mut reply)?;
    Ok(reply)
}
