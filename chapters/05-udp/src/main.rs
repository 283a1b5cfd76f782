//! Chapter 05: the conversation of chapters 02 to 04, in datagrams.
//!
//! Start it:   make run-ch05
//! Talk to it: make run-ch05-client, in as many other terminals as you like
//! Stop it:    q or Ctrl-D for a client, Ctrl-C for the server; Ctrl-Z and fg, to see replies late
//!
//! New here: sendto and recvfrom (server.rs); a connected datagram socket, and sending again what
//! may have been lost (client.rs, replies.rs); what other systems do otherwise (systems.rs).
//! Not here: telling a late reply from the one that we wait for; it takes a number in each message.

mod client;
mod replies;
mod server;
mod systems;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use common::{Failure, ListenAddress, ServerAddress, exit_status, seconds};

/// The most bytes that a message may have, as in the other chapters.
const LIMIT: usize = 1024;

/// Send messages as UDP datagrams: no connection, no order, no promise, but whole messages.
///
/// One datagram is one message. Start the server in one terminal and a client in another.
#[derive(Parser)]
#[command(verbatim_doc_comment, after_long_help = systems::DIFFERENCES)]
struct Cli {
    #[command(subcommand)]
    side: Side,
}

#[derive(Subcommand)]
enum Side {
    /// Print every datagram that arrives, and acknowledge it.
    ///
    /// One socket serves all clients. Ctrl-C stops the server. With --host 0.0.0.0 or ::, replies
    /// leave from the address that the kernel picks, and a client that called another drops them.
    #[command(verbatim_doc_comment)]
    Server(Server),

    /// Send each line that you type as a datagram, and print the reply.
    ///
    /// A message without a reply is sent again, and at last given up. An empty line is sent as
    /// well: an empty datagram is legal. The line q, or the end of the input (Ctrl-D), leaves.
    #[command(verbatim_doc_comment)]
    Client(Client),
}

#[derive(clap::Args)]
struct Server {
    #[command(flatten)]
    address: ListenAddress,
}

#[derive(clap::Args)]
struct Client {
    #[command(flatten)]
    address: ServerAddress,

    /// How long to wait for a reply before the message is sent again; fractions are allowed
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    timeout: Duration,

    /// How many times to send a message again
    #[arg(long, default_value_t = 3)]
    retries: u16,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.side {
        Side::Server(options) => server::run(options),
        Side::Client(options) => client::run(options),
    }
}
