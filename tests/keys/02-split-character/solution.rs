//! Exercise 02-split-character, solved: what is unfinished waits, what is wrong is shown as bytes.

use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, words};
use socket2::{Domain, Socket, Type};

const REPLY: &[u8] = b"[INFO] server has received your messages";

/// Serve one client at a time, and show as text what it sends.
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
        serve_client(&client);
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

/// One client, from its first byte to the line that says how it left.
fn serve_client(client: &Socket) {
    // What has arrived and could not be shown: the beginning of a character, three bytes at most.
    let mut pending = Vec::new();
    let end = talk(client, &mut pending);
    show(&in_digits(&pending)); // the rest will never come
    match end {
        Ok(end) => info!("{end}"),
        Err(error) => info!("client lost: {}", words(&error)),
    }
}

/// recv, show, reply, until the client leaves. Returns the line that says how it left.
fn talk(mut client: &Socket, pending: &mut Vec<u8>) -> io::Result<&'static str> {
    let mut buffer = [0; 1024];
    loop {
        let received = match client.read(&mut buffer) {
            Ok(0) => return Ok("client closed the connection"),
            Ok(count) => &buffer[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        pending.extend_from_slice(received);
        show(&take_text(pending));
        client.write_all(REPLY)?;
    }
}

/// Takes out of `pending` all that can be shown by now. The beginning of a character stays there,
/// for the next recv may bring the rest.
fn take_text(pending: &mut Vec<u8>) -> String {
    let mut text = String::new();
    while let Err(error) = str::from_utf8(pending) {
        let whole: Vec<u8> = pending.drain(..error.valid_up_to()).collect();
        text += &printable(&whole);
        // Without a length, nothing is wrong with the bytes: there are only too few of them.
        let Some(wrong) = error.error_len() else { return text };
        let wrong: Vec<u8> = pending.drain(..wrong).collect();
        text += &in_digits(&wrong);
    }
    text + &printable(&mem::take(pending))
}

fn in_digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
}

fn show(text: &str) {
    if !text.is_empty() {
        info!("received from client: {text}");
    }
}
