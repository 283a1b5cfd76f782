//! Exercise 03-no-answer, solved: every address, a limit for each wait, and a line for each kind of
//! no answer.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use common::{Failure, OrFail, ServerAddress, exit_status, info, printable, say, seconds, timed_out};
use socket2::{Domain, Socket, Type};

/// Wait for a server's greeting, and print it.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ServerAddress,

    /// How long to wait for the connection, and then for the greeting; fractions are allowed
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    timeout: Duration,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let (server, address) = connect_to(&cli.address.resolve()?, cli.timeout)?;
    let greeting = greeting(&server, address, cli.timeout)?;
    say!("{}", printable(&greeting));
    Ok(())
}

/// Tries these addresses in turn, until one accepts. Each has the whole time for itself.
fn connect_to(addresses: &[SocketAddr], limit: Duration) -> Result<(Socket, SocketAddr), Failure> {
    let (last, others) = addresses.split_last().expect("a name has at least one address");
    for address in others {
        match connect(*address, limit) {
            Ok(server) => return Ok((server, *address)),
            Err(error) => info!("no connection to {address}: {}", why(&error, limit)),
        }
    }
    let server = connect(*last, limit).map_err(|error| {
        Failure::new(format_args!("cannot connect to {last}: {}", why(&error, limit)))
    })?;
    Ok((server, *last))
}

fn connect(address: SocketAddr, limit: Duration) -> io::Result<Socket> {
    let server = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // Without a limit of ours, the kernel's holds: about two minutes.
    server.connect_timeout(&address.into(), limit)?;
    server.set_read_timeout(Some(limit))?;
    Ok(server)
}

/// Why there is no connection. A refusal is an answer; this error is not.
fn why(error: &io::Error, limit: Duration) -> Cow<'static, str> {
    match error.kind() {
        ErrorKind::TimedOut => format!("no answer in {limit:?}").into(),
        _ => common::words(error),
    }
}

/// The first bytes that the server sends.
fn greeting(server: &Socket, address: SocketAddr, limit: Duration) -> Result<Vec<u8>, Failure> {
    let mut buffer = [0; 1024];
    let failed = match receive(server, &mut buffer) {
        // The server has accepted and closed; a silent one is still there.
        Ok(0) => format!("{address} has closed the connection without a word"),
        Ok(count) => return Ok(buffer[..count].to_vec()),
        Err(error) if timed_out(&error) => format!("{address} has said nothing in {limit:?}"),
        Err(error) => return Err(error).or_fail(format_args!("lost the connection to {address}")),
    };
    Err(Failure::new(failed))
}

/// recv, again where a signal cut it short.
fn receive(mut server: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match server.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            received => return received,
        }
    }
}
