//! Exercise 02-restart: a server that is started again at once. README.md says what is asked.
//!
//! Start it:   cargo run -p ex02-restart
//! Talk to it: printf q | nc 127.0.0.1 6666, in a second terminal; then start it again
//! Grade it:   cargo test -p ex02-restart

use std::io::{self, Read, Write};
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
    listener.bind(&address.into())?;
    listener.listen(5)?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    Ok(listener)
}

/// The conversation with the only client.
fn talk(mut client: &Socket) -> io::Result<()> {
    client.write_all(HELLO)?;
    let mut buffer = [0; 1024];
    let count = client.read(&mut buffer)?;
    info!("received from client: {}", printable(&buffer[..count]));
    client.write_all(BYE)
}
