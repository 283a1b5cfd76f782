//! Chapter 07: a room in which clients hear each other.
//!
//! Start it:   make run-ch07
//! Talk to it: make run-ch07-client, in as many terminals as you like; or nc 127.0.0.1 6666
//! Leave it:   /quit or Ctrl-D for a client; Ctrl-C for the server, which closes the room in order
//!
//! New here: waiting for two things at once (client.rs), waking a thread that waits (door.rs,
//! outbox.rs), a room that many threads share (room.rs), and clients that do not read (outbox.rs).
//! Not here: one thread for all clients; anything that keeps strangers from reading along.

mod client;
mod connect;
mod conversation;
mod door;
mod edited_line;
#[expect(dead_code, reason = "the room speaks lines, and frames of a length are there as well")]
#[path = "../../06-framing/src/frames.rs"]
mod frames;
mod guest;
mod guests;
mod keyboard;
mod lines;
mod listen;
mod outbox;
mod pace;
mod permits;
mod reception;
mod room;
mod screen;
mod server;
mod signals;
mod systems;
mod talk;
mod threads;

#[cfg(unix)]
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use common::{Failure, ListenAddress, ServerAddress, exit_status, seconds};

/// A chat room: what one says, all others hear.
///
/// Start the server in one terminal and a client in each of some others.
#[derive(Parser)]
#[command(verbatim_doc_comment, after_long_help = systems::DIFFERENCES)]
struct Cli {
    #[command(subcommand)]
    side: Side,
}

#[derive(Subcommand)]
enum Side {
    /// Open a room, and keep it open until Ctrl-C.
    ///
    /// Whoever connects is asked for a name, of 1 to 32 ASCII letters and digits. After that each
    /// line is said to all others, but for /who, which is answered with who is here, and /quit.
    /// Ctrl-C or SIGTERM closes the room in order; Ctrl-C again ends the server at once.
    #[command(verbatim_doc_comment)]
    Server(Server),

    /// Enter a room: what you type is said, and what others say is shown.
    ///
    /// On a terminal the line that you are typing stays whole when others speak. Otherwise lines
    /// are read from stdin and written to stdout, without colours. /quit, Ctrl-C or Ctrl-D leaves.
    #[command(verbatim_doc_comment)]
    Client(Client),
}

#[derive(clap::Args)]
struct Server {
    #[command(flatten)]
    address: ListenAddress,

    /// Listen at this path as well (AF_UNIX), for clients on this machine
    #[cfg(unix)]
    #[arg(long, value_name = "PATH")]
    unix: Option<PathBuf>,

    /// How many clients there may be, with and without a name; any more are told that the room is full
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    max_clients: u32,

    /// How long a client may take for each line before it is told to go; fractions are allowed
    /// [default: for ever, but for its name a minute]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    idle_timeout: Option<Duration>,

    /// How much may wait for a client that does not read; if it is more, the client is cut off
    #[arg(long, value_name = "BYTES", default_value_t = 256 * 1024)]
    #[arg(value_parser = clap::value_parser!(u32).range(1024..=1 << 30))]
    queue: u32,

    /// How much a client may say in a second, without becoming slower; it may do so for a second
    #[arg(long, value_name = "BYTES", default_value_t = 128 * 1024)]
    #[arg(value_parser = clap::value_parser!(u32).range(1024..))]
    rate: u32,

    /// How long clients have to read what is said last, when the room closes; fractions are allowed
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "5")]
    #[arg(allow_negative_numbers = true)]
    grace: Duration,
}

#[derive(clap::Args)]
struct Client {
    #[command(flatten)]
    address: ServerAddress,

    /// Connect to this path instead (AF_UNIX)
    #[cfg(unix)]
    #[arg(long, value_name = "PATH", conflicts_with_all = ["host", "port"])]
    unix: Option<PathBuf>,

    /// How long to wait for the connection, and for the server to take each line; fractions are
    /// allowed [default: as long as it takes]
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
    }
}
