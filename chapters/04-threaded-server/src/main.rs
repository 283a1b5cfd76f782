//! Chapter 04: a server with a thread for each client.
//!
//! Start it:   make run-ch04
//! Talk to it: make run-ch03, in as many other terminals as you like
//! Stop it:    Ctrl-C; the kernel closes what we leave open
//!
//! New here: several clients at once (client.rs), a thread that takes nobody along when it fails
//! (threads.rs), a limit on clients (permits.rs), and a refusal that arrives (refusal.rs).
//! Not here: messages that keep their boundaries (chapter 06); clients that hear each other (07).

mod client;
mod permits;
mod refusal;
mod systems;
mod threads;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, seconds, words};
use socket2::{Domain, Socket, Type};

use crate::permits::Permits;

/// How many refused clients we wait for at the same time, until they have read the refusal.
const MOST_LINGERING: usize = 16;

/// Serve many clients, each in a thread of its own.
///
/// Prints what each client sends and acknowledges each message, until the client sends q or closes
/// the connection. Ctrl-C stops the server.
#[derive(Parser)]
#[command(verbatim_doc_comment, after_long_help = systems::DIFFERENCES)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,

    /// Length of the kernel's queue of clients that we have not accepted yet; on Linux it is also
    /// bounded by net.core.somaxconn
    #[arg(long, default_value_t = 1024)]
    backlog: u16,

    /// How many clients are served at once; any more are told that the server is full, and closed
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
        .or_fail_to_listen(format_args!("cannot listen on {}", cli.address))?;
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

// ANCHOR: serve
/// accept, hand the client to a thread, and at once accept again: nobody waits for anybody.
fn serve(listener: &Socket, cli: &Cli) -> ! {
    let mut permits = Permits::new(cli.max_clients as usize);
    let mut lingering = Permits::new(MOST_LINGERING);
    let mut in_trouble = false;
    loop {
        match listener.accept() {
            Ok((client, peer)) => {
                in_trouble = false;
                let peer = name(peer.as_socket());
                info!("connected by {peer}");
                match permits.take() {
                    Some(permit) => client::start(client, peer, permit, cli.idle_timeout),
                    None => refusal::refuse(client, peer, &mut lingering),
                }
            }
            // Out of descriptors, most likely; they come back when clients leave. Until then, do
            // not spin. Whoever waits stays in the queue.
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
