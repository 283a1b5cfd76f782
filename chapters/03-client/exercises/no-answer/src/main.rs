//! Exercise 03-no-answer: what is wrong, if no answer comes? README.md says what is asked.
//!
//! Start it: cargo run -p ex03-no-answer, while nc -l 127.0.0.1 6666 runs in another terminal
//! Grade it: cargo test -p ex03-no-answer

use std::io::{self, Read};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use common::{Failure, OrFail, ServerAddress, exit_status, printable, say, seconds, timed_out};
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
    let address = cli.address.resolve_first()?;
    let server = connect(address).or_fail(format_args!("cannot connect to {address}"))?;
    let greeting = greeting(&server, address, cli.timeout)?;
    say!("{}", printable(&greeting));
    Ok(())
}

fn connect(address: SocketAddr) -> io::Result<Socket> {
    let server = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    server.connect(&address.into())?;
    Ok(server)
}

/// The first bytes that the server sends.
fn greeting(server: &Socket, address: SocketAddr, limit: Duration) -> Result<Vec<u8>, Failure> {
    let lost = format!("lost the connection to {address}");
    server.set_read_timeout(Some(limit)).or_fail(&lost)?;
    let mut buffer = [0; 1024];
    match receive(server, &mut buffer) {
        Err(error) if timed_out(&error) => {
            Err(Failure::new(format_args!("{address} has said nothing in {limit:?}")))
        }
        received => received.map(|count| buffer[..count].to_vec()).or_fail(&lost),
    }
}

/// recv, again where a signal cut it short.
fn receive(mut server: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match server.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            received => return received,
        }
    }
}
