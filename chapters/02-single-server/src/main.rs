//! Chapter 02: a server for one client at a time.
//!
//! Start it:   make run-ch02
//! Talk to it: make run-ch03, in a second terminal
//! Stop it:    Ctrl-C; the kernel closes what we leave open
//!
//! New here: bind, listen, accept, recv, send, close, and what the end of a stream looks like.
//! Not here: a second client while the first one talks (chapter 04); messages that keep their
//! boundaries (chapter 06).

mod systems;

use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Decoder, Failure, ListenAddress, OrFail, exit_status, info, name, words};
use socket2::{Domain, Socket, Type};

const REPLY: &[u8] = b"[INFO] server has received your messages";
const QUIT: &[u8] = b"q";

/// Serve one client at a time.
///
/// Prints what the client sends and acknowledges each message, until the client sends q or closes
/// the connection; then the next client is served. Ctrl-C stops the server.
#[derive(Parser)]
#[command(verbatim_doc_comment, after_long_help = systems::DIFFERENCES)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,

    /// Length of the kernel's queue of clients that we have not accepted yet
    #[arg(long, default_value_t = 5)]
    backlog: u16,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    let listener = listen_on(address, cli.backlog)
        .or_fail_to_listen(format_args!("cannot listen on {}", cli.address))?;
    serve(&listener)
}

// ANCHOR: listen
/// socket, bind, listen: the three calls with which every TCP server begins.
fn listen_on(address: SocketAddr, backlog: u16) -> io::Result<Socket> {
    let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // A connection that we close first rests in TIME_WAIT for a minute, and that long a restarted
    // server could not bind. Not on Windows: there the option lets anyone take over a port in use.
    #[cfg(unix)]
    listener.set_reuse_address(true)?;
    listener.bind(&address.into())?;
    listener.listen(backlog.into())?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    info!("waiting for connection...");
    Ok(listener)
}
// ANCHOR_END: listen

// ANCHOR: serve
/// accept, serve, close, and again, for ever.
fn serve(listener: &Socket) -> ! {
    let mut in_trouble = false;
    loop {
        // accept blocks until a client has connected. It returns a second socket, for this one
        // conversation; the listener goes on listening, and the kernel lets more clients queue.
        match listener.accept() {
            Ok((client, peer)) => {
                in_trouble = false;
                info!("connected by {}", name(peer.as_socket()));
                serve_client(&client);
            } // `client` is dropped here, and dropping a socket closes it.
            // We are out of descriptors, most likely. The listener is sound, and whoever waits
            // stays in the queue. Trying again at once would only burn the CPU: wait a little.
            Err(error) => {
                if !in_trouble {
                    info!("cannot accept, trying again: {}", words(&error));
                }
                in_trouble = true;
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
// ANCHOR_END: serve

// ANCHOR: client
/// One client from its first message to its end. Whatever goes wrong ends this client alone.
fn serve_client(client: &Socket) {
    let mut text = Decoder::default();
    let end = talk(client, &mut text);
    let rest = text.finish();
    if !rest.is_empty() {
        info!("received from client: {rest}"); // an incomplete character: the rest never came
    }
    match end {
        Ok(end) => info!("{end}"),
        Err(error) => info!("client lost: {}", words(&error)),
    }
}
// ANCHOR_END: client

// ANCHOR: talk
/// recv, send, and again, until the client leaves. Returns the line that says how it left.
///
/// socket2's read is recv and its write is send.
fn talk(mut client: &Socket, text: &mut Decoder) -> io::Result<&'static str> {
    let mut buffer = [0; 1024];
    loop {
        // recv blocks until there is something, then returns what is there, and that need not be
        // what the client sent at once: a stream knows bytes, not messages (chapter 06).
        let message = match client.read(&mut buffer) {
            // End of stream: the client has closed its side. It is never an empty message, for
            // sending zero bytes puts nothing on the wire.
            Ok(0) => return Ok("client closed the connection"),
            Ok(n) => &buffer[..n],
            // A signal woke us. Nothing has arrived, and nothing is wrong.
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        info!("received from client: {}", text.push(message));
        if message == QUIT {
            return Ok("client quit!");
        }
        client.write_all(REPLY)?; // send may take a part only; write_all sends the rest as well
    }
}
// ANCHOR_END: talk
