//! Chapter 06: messages that keep their boundaries, however the stream is cut.
//!
//! Start it:   make run-ch06
//! Talk to it: make run-ch06-client; or, as a line is a frame, nc 127.0.0.1 6666
//! Stop it:    q or Ctrl-D for a client, Ctrl-C for the server
//! And see:    make run-ch06-two-writes, make run-ch06-last-reply
//!
//! New here: frames (frames.rs), reading them from a socket (reader.rs), what two small writes cost
//! (two_writes.rs), and a last word that arrives (farewell.rs, last_reply.rs).
//! Not here: clients that hear each other, and one that notices while it waits for the keyboard
//! that the server has gone (chapter 07).

mod client;
mod conversation;
mod farewell;
mod frames;
mod framing;
mod last_reply;
mod pair;
mod permits;
mod reader;
mod server;
mod systems;
mod threads;
mod two_writes;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use common::{Failure, ListenAddress, OrFail, ServerAddress, exit_status, seconds};

use crate::framing::Framing;

/// Send messages in frames: whatever TCP makes of the bytes, what was sent is what arrives.
///
/// Start the server in one terminal and a client in another, both with the same --frame.
#[derive(Parser)]
#[command(verbatim_doc_comment, after_long_help = systems::DIFFERENCES)]
struct Cli {
    #[command(subcommand)]
    side: Side,
}

#[derive(Subcommand)]
enum Side {
    /// Print every message that arrives, and acknowledge it.
    ///
    /// Each client has a thread of its own. Ctrl-C stops the server.
    #[command(verbatim_doc_comment)]
    Server(Server),

    /// Send each line that you type as a message, and print the reply.
    ///
    /// An empty line is a message, too. The line q, or the end of the input (Ctrl-D), leaves.
    #[command(verbatim_doc_comment)]
    Client(Client),

    /// Measure what a frame costs that is written in two pieces.
    TwoWrites,

    /// Try what becomes of a last reply when its sender closes with something unread.
    LastReply,
}

#[derive(clap::Args)]
struct Server {
    #[command(flatten)]
    address: ListenAddress,

    #[command(flatten)]
    framing: Framing,

    /// How many clients are served at once; any more are told that the server is full
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    max_clients: u32,

    /// How long a client may neither send nor read before it is closed; fractions are allowed
    /// [default: for ever]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    idle_timeout: Option<Duration>,
}

#[derive(clap::Args)]
struct Client {
    #[command(flatten)]
    address: ServerAddress,

    #[command(flatten)]
    framing: Framing,

    /// How long to wait for the connection, and then for the next bytes of each reply; fractions are
    /// allowed
    /// [default: as long as it takes]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    timeout: Option<Duration>,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.side {
        Side::Server(options) => server::run(options),
        Side::Client(options) => client::run(options),
        Side::TwoWrites => two_writes::run().or_fail("cannot measure"),
        Side::LastReply => last_reply::run().or_fail("cannot try it"),
    }
}
