//! Exercise 05-datagram-edges: empty, cut, and too large. README.md says what is asked.
//!
//! Start it:   cargo run -p ex05-datagram-edges
//! Talk to it: make run-ch05-client, in a second terminal
//! Grade it:   cargo test -p ex05-datagram-edges

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info};
use socket2::{Domain, Socket, Type};

const LIMIT: usize = 1024;

/// Tell each client how many bytes it has sent, and give it as many as it asks for.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    let socket =
        bind_to(address).or_fail_to_listen(format_args!("cannot receive on {}", cli.address))?;
    serve(&socket).or_fail("cannot go on")
}

fn bind_to(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    socket.bind(&address.into())?;
    let socket = UdpSocket::from(socket);
    info!("server start at : {}", socket.local_addr()?);
    Ok(socket)
}

/// Receive, answer, and again, until there is nothing more to receive.
fn serve(socket: &UdpSocket) -> io::Result<()> {
    let mut buffer = [0; LIMIT];
    loop {
        let (length, peer) = socket.recv_from(&mut buffer)?;
        if length == 0 {
            info!("{peer} has closed the connection");
            return Ok(());
        }
        info!("received from {peer}: {length} bytes");
        socket.send_to(&answer(&buffer[..length]), peer)?;
    }
}

/// What a message is answered with.
fn answer(message: &[u8]) -> Vec<u8> {
    match wish(message) {
        Some(count) => vec![b'x'; count],
        None => format!("{} bytes", message.len()).into(),
    }
}

/// How many bytes a message asks for.
fn wish(message: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(message);
    text.strip_prefix("give ")?.trim().parse().ok()
}
