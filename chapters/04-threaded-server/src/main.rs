//! Chapter 04: a server with a thread for each client.
//!
//! Start it:   make run-ch04
//! Talk to it: make run-ch03, in as many other terminals as you like
//! Stop it:    Ctrl-C; the kernel closes what we leave open
//!
//! New here: several clients at once (client.rs), a thread that takes nobody along when it fails
//! (threads.rs), a limit on clients (seats.rs), and a refusal that arrives (refusal.rs).
//! Not here: messages that keep their borders (chapter 06); clients that hear each other (07).

mod client;
mod refusal;
mod seats;
mod threads;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, seconds, words};
use socket2::{Domain, Socket, Type};

use crate::seats::Seats;

/// How many clients we turn away at the same time with all the care that it takes.
const AT_THE_DOOR: usize = 16;

/// Serve many clients, each in a thread of its own.
///
/// Prints what each client sends and acknowledges each message, until the client sends q or closes
/// the connection. Ctrl-C stops the server.
#[derive(Parser)]
#[command(verbatim_doc_comment)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,

    /// How many clients may wait in the kernel until we accept them; Linux lets one more in, and
    /// then lets their connects wait
    #[arg(long, default_value_t = 1024)]
    backlog: u16,

    /// How many clients are served at once; one more is told so and closed
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    max_clients: u32,

    /// How long a client may neither send nor read before it is closed; fractions are allowed
    /// [default: for ever]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    idle_timeout: Option<Duration>,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    let listener = listen_on(address, cli.backlog)
        .or_fail(format_args!("cannot listen on {}", cli.address))?;
    serve(&listener, cli)
}

/// socket, bind, listen, as in chapter 02, with a longer queue for those who come all at once.
fn listen_on(address: SocketAddr, backlog: u16) -> io::Result<Socket> {
    let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(unix)]
    listener.set_reuse_address(true)?;
    listener.bind(&address.into())?;
    listener.listen(backlog.into())?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    info!("waiting for connection...");
    Ok(listener)
}

/// accept, hand the client to a thread, and at once accept again: nobody waits for anybody.
fn serve(listener: &Socket, cli: &Cli) -> ! {
    let seats = Seats::new(cli.max_clients as usize);
    let door = Seats::new(AT_THE_DOOR);
    let mut in_trouble = false;
    loop {
        match listener.accept() {
            Ok((client, peer)) => {
                in_trouble = false;
                let peer = name(peer.as_socket());
                info!("connected by {peer}");
                match seats.take() {
                    Some(seat) => client::start(client, peer, seat, cli.idle_timeout),
                    None => refusal::turn_away(client, peer, &door),
                }
            }
            // Out of descriptors, most likely; they come back when clients leave. Until then, do
            // not spin: the one that we could not accept is still in the queue.
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
