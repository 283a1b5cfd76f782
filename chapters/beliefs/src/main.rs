//! Beliefs about sockets, each tried on this machine.
//!
//! Run it: make run-beliefs, for all of them
//!         make run-beliefs ARGS=backlog, for one
//!
//! Each module is one belief: it makes a few sockets on the loopback address, both ends in this
//! process, and says what the kernel did with them.

mod backlog;
mod closing;
mod datagrams;
mod empty_send;
mod pair;
mod short_send;
mod timeouts;

use std::io;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use common::{Failure, OrFail, exit_status, say};

/// Try what people say about sockets.
///
/// Without an argument, tries everything: make run-beliefs ARGS=backlog for one belief alone.
#[derive(Parser)]
#[command(verbatim_doc_comment)]
struct Cli {
    /// Which to try [default: all]
    #[arg(value_enum)]
    belief: Option<Belief>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Belief {
    /// "The backlog is how many clients may connect; any more are refused."
    Backlog,
    /// "Sending nothing looks to the peer as if we had closed."
    EmptySend,
    /// "send sends what it is given."
    ShortSend,
    /// "UDP is unsafe: what arrives may be damaged or mixed up."
    Datagrams,
    /// "A timeout of zero is the shortest timeout."
    Timeouts,
    /// "Closing a connection closes the server's socket."
    Closing,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    match cli.belief {
        Some(belief) => try_one(belief),
        None => Belief::value_variants().iter().try_for_each(|belief| try_one(*belief)),
    }
}

fn try_one(belief: Belief) -> Result<(), Failure> {
    let known = belief.to_possible_value().expect("no belief is hidden");
    say!("{}", known.get_help().map_or(String::new(), ToString::to_string));
    let tried: fn() -> io::Result<()> = match belief {
        Belief::Backlog => backlog::run,
        Belief::EmptySend => empty_send::run,
        Belief::ShortSend => short_send::run,
        Belief::Datagrams => datagrams::run,
        Belief::Timeouts => timeouts::run,
        Belief::Closing => closing::run,
    };
    tried().or_fail(format_args!("cannot try {}", known.get_name()))
}
