//! Exercise 02-restart, solved: SO_REUSEADDR, before bind.

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, words};
use socket2::{Domain, Socket, Type};

const HELLO: &[u8] = b"hello";
const BYE: &[u8] = b"bye";

/// Serve one client, and end.
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
    let listener =
        listen_on(address).or_fail_to_listen(format_args!("cannot listen on {}", cli.address))?;
    let (client, peer) = listener.accept().or_fail("cannot accept")?;
    info!("connected by {}", name(peer.as_socket()));
    if let Err(error) = talk(&client) {
        info!("client lost: {}", words(&error));
    }
    Ok(())
}

fn listen_on(address: SocketAddr) -> io::Result<Socket> {
    let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // The connection that we closed first rests in TIME_WAIT for a minute, on our port. With this
    // option bind takes the port nevertheless, unless somebody listens there. It must have been set
    // on the server before us as well, so set it always. Not on Windows: there the option lets
    // anyone take over a port in use.
    #[cfg(unix)]
    listener.set_reuse_address(true)?;
    listener.bind(&address.into())?;
    listener.listen(5)?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    Ok(listener)
}

/// The conversation with the only client.
fn talk(mut client: &Socket) -> io::Result<()> {
    client.write_all(HELLO)?;
    let mut buffer = [0; 1024];
    let message = loop {
        match client.read(&mut buffer) {
            Ok(0) => return Ok(()), // it has left, and nobody would read our bye
            Ok(count) => break &buffer[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    };
    info!("received from client: {}", printable(message));
    client.write_all(BYE)
}
