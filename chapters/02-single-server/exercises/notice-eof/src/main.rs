//! Exercise 02-notice-eof: a client that leaves without saying so. README.md says what is asked.
//!
//! Start it:   cargo run -p ex02-notice-eof
//! Talk to it: make run-ch03, in a second terminal; leave it with Ctrl-C instead of q
//! Grade it:   cargo test -p ex02-notice-eof

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, words};
use socket2::{Domain, Socket, Type};

const REPLY: &[u8] = b"[INFO] server has received your messages";
const QUIT: &[u8] = b"q";

/// Serve one client at a time, and notice when it has gone.
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
    loop {
        let (client, peer) = listener.accept().or_fail("cannot accept")?;
        info!("connected by {}", name(peer.as_socket()));
        match talk(&client) {
            Ok(end) => info!("{end}"),
            Err(error) => info!("client lost: {}", words(&error)),
        }
    }
}

fn listen_on(address: SocketAddr) -> io::Result<Socket> {
    let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(unix)]
    listener.set_reuse_address(true)?;
    listener.bind(&address.into())?;
    listener.listen(5)?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    Ok(listener)
}

/// One conversation. Returns the line that says how it ended.
fn talk(mut client: &Socket) -> io::Result<&'static str> {
    let mut buffer = [0; 1024];
    loop {
        let count = client.read(&mut buffer)?;
        let message = &buffer[..count];
        info!("received from client: {}", printable(message));
        if message == QUIT {
            return Ok("client quit!");
        }
        client.write_all(REPLY)?;
    }
}
