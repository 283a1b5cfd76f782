//! The client: sends, waits for a while, sends again.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use common::{Failure, OrFail, Typed, ask, info, say, timed_out, words};
use socket2::{Domain, Socket, Type};

use crate::replies::{late_replies, receive, shown};
use crate::{Client, LIMIT};

/// More bytes than any datagram holds: the kernel shall have its chance to refuse.
const LONGEST_LINE: usize = 70_000;
const QUIT: &str = "q";

pub fn run(options: &Client) -> Result<(), Failure> {
    let address = options.address.resolve_first()?;
    let server = connect(address, options.timeout)
        .or_fail_to_connect(format_args!("cannot send to {}", options.address))?;
    converse(&server, options)
}

// ANCHOR: connect
/// socket, connect: on a datagram socket, connect sends nothing. It notes the address, so that send
/// needs none; from then on the kernel lets only that peer's datagrams through, and can tell us if
/// nobody listens there.
fn connect(address: SocketAddr, timeout: Duration) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    socket.connect(&address.into())?;
    socket.set_read_timeout(Some(timeout))?;
    socket.set_write_timeout(Some(timeout))?;
    let server = UdpSocket::from(socket);
    info!("sending to {} from {}", server.peer_addr()?, server.local_addr()?);
    Ok(server)
}
// ANCHOR_END: connect

/// Ask, exchange, and again, until q or the end of the input.
fn converse(server: &UdpSocket, options: &Client) -> Result<(), Failure> {
    // How many replies to earlier tries may still be under way.
    let mut open = 0;
    loop {
        let message = next_message()?;
        open -= late_replies(server, open)?;
        if message == QUIT {
            // A single try: the server does not answer it, so we never know whether it arrived.
            server.send(message.as_bytes()).or_fail("cannot send q")?;
            say!("exit!");
            return Ok(());
        }
        open = exchange(server, message.as_bytes(), options, open)?;
    }
}

/// Asks until there is a line that is text. An empty line is a message, too.
fn next_message() -> Result<String, Failure> {
    loop {
        match ask("Please input your message: ", LONGEST_LINE).or_fail("cannot read the input")? {
            Typed::Line(line) => return Ok(line),
            Typed::TooLong => say!("Not sent: more bytes than any datagram holds."),
            Typed::NotText => say!("Not sent: this line is not UTF-8 text."),
            Typed::End => return Ok(QUIT.into()),
        }
    }
}

// ANCHOR: exchange
/// Sends `message` until there is a reply, and prints it. `open` is how many replies to earlier
/// messages may still come; returns how many after this one.
///
/// A missing reply does not mean a lost message: the reply may be lost, or slow. So each try that
/// was not answered adds one that may come late.
fn exchange(
    server: &UdpSocket,
    message: &[u8],
    options: &Client,
    open: u16,
) -> Result<u16, Failure> {
    let Client { address, timeout, retries } = options;
    let mut buffer = [0; LIMIT + 1]; // one byte over, as in the server, to see a cut
    for again in 0..=*retries {
        if again > 0 {
            info!("no reply in {timeout:?}, sending it again ({again} of {retries})");
        }
        if let Err(error) = server.send(message) {
            say!("Not sent, {} bytes: {}", message.len(), words(&error));
            return Ok(open.saturating_add(again));
        }
        match receive(server, &mut buffer) {
            Ok(length) => {
                say!("{}", shown(&buffer[..length]));
                if open > 0 {
                    info!("this may be the reply to an earlier message: replies carry no number");
                }
                return Ok(open.saturating_add(again));
            }
            Err(error) if timed_out(&error) => {}
            // The server's kernel has answered for it (ICMP, port unreachable).
            Err(error) => {
                return Err(error).or_fail_to_connect(format_args!("no reply from {address}"));
            }
        }
    }
    let tries = u32::from(*retries) + 1;
    Err(Failure::new(format_args!(
        "no reply from {address} (tries: {tries}, each of {timeout:?}; is the server running there?)"
    )))
}
// ANCHOR_END: exchange
