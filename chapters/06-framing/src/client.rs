//! The client: chapter 03's, with a conversation in frames.

use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::time::Duration;

use common::{Failure, OrFail, Typed, ask, info, name, printable, say, timed_out};
use socket2::{Domain, Socket, Type};

use crate::Client;
use crate::frames::Frame;
use crate::reader::Reader;

const QUIT: &[u8] = b"q";

/// Connects, and talks until q, the end of the input, or the end of the server.
pub fn run(options: &Client) -> Result<(), Failure> {
    let address = options.address.resolve_first()?;
    let server = connect(address, options.timeout)
        .or_fail_to_connect(format_args!("cannot connect to {address}"))?;
    converse(&server, options)
}

fn connect(address: SocketAddr, timeout: Option<Duration>) -> io::Result<Socket> {
    let server = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    match timeout {
        Some(limit) => server.connect_timeout(&address.into(), limit)?,
        None => server.connect(&address.into())?,
    }
    server.set_read_timeout(timeout)?;
    server.set_write_timeout(timeout)?;
    info!("connected to {address} from {}", name(server.local_addr()?.as_socket()));
    Ok(server)
}

/// Ask, send a frame, receive a frame, and again.
fn converse(mut server: &Socket, options: &Client) -> Result<(), Failure> {
    let framing = options.framing;
    let mut reader = Reader::new(server, framing.frame, framing.limit as usize);
    while let Some(message) = next_message(framing.limit)? {
        let mut frame = Vec::new();
        if !framing.frame.encode(&message, &mut frame) {
            say!("Not sent: a line cannot hold a newline.");
            continue;
        }
        server.write_all(&frame).map_err(|error| failure(&error, "read our message", options))?;
        if message == QUIT {
            break;
        }
        match reader.next().map_err(|error| failure(&error, "replied", options))? {
            Some(Frame::Message(reply)) => say!("{}", printable(&reply)),
            Some(Frame::Skipped) => say!("(a reply of more than {} bytes, skipped)", framing.limit),
            Some(Frame::Refused(length)) => {
                let advice = "does it speak --frame line? or allow more with --limit";
                return Err(Failure::new(format_args!(
                    "{} has announced a reply of {length} bytes ({advice})",
                    options.address
                )));
            }
            None => {
                let address = &options.address;
                return Err(Failure::new(format_args!("{address} has closed the connection")));
            }
        }
    }
    say!("exit!");
    Ok(())
}

/// Asks until there is a message that can be sent; `None` at the end of the input.
fn next_message(limit: u32) -> Result<Option<Vec<u8>>, Failure> {
    loop {
        let typed = ask("Please input your message: ", limit as usize);
        match typed.or_fail("cannot read the input")? {
            Typed::Line(line) => return Ok(Some(line.into_bytes())),
            Typed::TooLong => say!("Not sent: a message holds at most {limit} bytes."),
            Typed::NotText => say!("Not sent: this line is not UTF-8 text."),
            Typed::End => return Ok(None),
        }
    }
}

/// What a send or a recv has failed with: `what` the server has not done, or why it is lost.
fn failure(error: &io::Error, what: &str, options: &Client) -> Failure {
    let address = &options.address;
    if timed_out(error) {
        let limit = options.timeout.unwrap_or_default();
        return Failure::new(format_args!(
            "{address} has not {what} in {limit:?} (does it use the same --frame? allow more with \
             --timeout)"
        ));
    }
    let why = match error.kind() {
        ErrorKind::UnexpectedEof => {
            "it has closed the connection inside a reply (do both sides use the same --frame?)"
                .into()
        }
        _ => common::words(error),
    };
    Failure::new(format_args!("lost the connection to {address}: {why}"))
}
