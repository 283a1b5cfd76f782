//! Exercise 05-datagram-edges, solved: a datagram is whole, and each is answered by itself.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, words};
use socket2::{Domain, Socket, Type};

/// The most bytes that a message may have.
const LIMIT: usize = 1024;

/// The most bytes that a datagram carries over IPv4: 65,535, less 8 for UDP's header and 20 for
/// IP's.
const LARGEST: usize = 65_507;

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
    serve(&socket)
}

fn bind_to(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    socket.bind(&address.into())?;
    let socket = UdpSocket::from(socket);
    info!("server start at : {}", socket.local_addr()?);
    Ok(socket)
}

/// Receive, answer, and again, for ever: no datagram means that there will be no other.
fn serve(socket: &UdpSocket) -> Result<(), Failure> {
    // One byte more than a message may have: if it is filled, the datagram was longer, and cut.
    let mut buffer = [0; LIMIT + 1];
    loop {
        let (length, peer) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).or_fail("cannot receive"),
        };
        let count = match length {
            ..=LIMIT => format!("{length} bytes"),
            _ => format!("more than {LIMIT} bytes"),
        };
        info!("received from {peer}: {count}");
        let answer = match wish(&buffer[..length]) {
            Some(wanted) if wanted > LARGEST => too_many(wanted),
            Some(wanted) => vec![b'x'; wanted],
            None => count.into_bytes(),
        };
        // This client's trouble, and nobody else's.
        if let Err(error) = socket.send_to(&answer, peer) {
            info!("cannot answer {peer}: {}", words(&error));
        }
    }
}

fn too_many(count: usize) -> Vec<u8> {
    format!("{count} bytes are too many for a datagram").into_bytes()
}

/// How many bytes a message asks for; `None` if it is a message like any other.
fn wish(message: &[u8]) -> Option<usize> {
    let digits = message.strip_prefix(b"give ")?;
    let well_formed = (1..=6).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    let digits = str::from_utf8(digits).ok().filter(|_| well_formed)?;
    digits.parse().ok()
}
