//! Chapter 01: create a socket, look at it, and wait on it for what does not come.
//!
//! Run it: make run-ch01, for the table of all families and types
//!         make run-ch01 ARGS="--family inet6 --type dgram", for one socket in full
//!         make run-ch01 ARGS="--type stream --block", to see it wait; Ctrl-C ends that
//!
//! New here: socket (pairs.rs), getsockname and the descriptor (portrait.rs), getsockopt and
//! setsockopt (options.rs), three ways to wait (waiting.rs), what systems do otherwise
//! (systems.rs).
//! Not here: anybody at the other end (chapters 02 and 03).

mod options;
mod pairs;
mod portrait;
mod systems;
mod waiting;

use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgGroup, Parser, ValueEnum};
use common::{Failure, exit_status, seconds};
use socket2::{Domain, Type};

/// Create sockets and show what the kernel made of them.
///
/// Without --family and --type: tries every pair of them on this machine, then waits on a datagram
/// socket and on a listener. With one of them or both: shows that one socket in full.
#[derive(Parser)]
#[command(verbatim_doc_comment, after_long_help = systems::DIFFERENCES)]
#[command(group = ArgGroup::new("one socket").args(["family", "kind"]).multiple(true))]
struct Cli {
    /// Address family: who can be reached [default: inet, if --type is given]
    #[arg(long, value_enum)]
    family: Option<Family>,

    /// Socket type: a stream of bytes, or datagrams [default: stream, if --family is given]
    #[arg(long = "type", value_name = "TYPE", value_enum)]
    kind: Option<Kind>,

    /// Port to bind to on the loopback address; with 0 the kernel chooses a free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// Size to set SO_RCVBUF and SO_SNDBUF to, in bytes; with --family or --type
    #[arg(long, value_name = "BYTES", default_value_t = 65536, requires = "one socket")]
    #[arg(value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    buffer: u32,

    /// How long to wait where a timeout is set; fractions are allowed
    #[arg(long, value_name = "SECONDS", default_value = "0.5", value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    timeout: Duration,

    /// Wait without a timeout, until something arrives or Ctrl-C ends the program
    #[arg(long)]
    block: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Family {
    /// AF_UNIX: processes on this machine, found by a path
    Unix,
    /// AF_INET: IPv4, found by address and port
    Inet,
    /// AF_INET6: IPv6, found by address and port
    Inet6,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Kind {
    /// SOCK_STREAM: a connection, in which bytes flow in order (TCP over IP)
    Stream,
    /// SOCK_DGRAM: messages, each for itself (UDP over IP)
    Dgram,
}

impl Family {
    fn domain(self) -> Domain {
        match self {
            Family::Unix => Domain::UNIX,
            Family::Inet => Domain::IPV4,
            Family::Inet6 => Domain::IPV6,
        }
    }
}

impl Kind {
    fn socket_type(self) -> Type {
        match self {
            Kind::Stream => Type::STREAM,
            Kind::Dgram => Type::DGRAM,
        }
    }
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    if cli.family.is_some() || cli.kind.is_some() {
        let family = cli.family.unwrap_or(Family::Inet);
        let kind = cli.kind.unwrap_or(Kind::Stream);
        let socket = portrait::show(family, kind, cli.port)?;
        options::show(family, kind, cli.buffer as usize)?;
        return waiting::show(&socket, kind, cli);
    }
    pairs::show();
    for kind in [Kind::Dgram, Kind::Stream] {
        let socket = portrait::bound(Family::Inet, kind, cli.port)?;
        waiting::show(&socket, kind, cli)?;
    }
    Ok(())
}
