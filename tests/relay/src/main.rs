//! The relay as a program: it stands between a client and a server, and torments them.
//!
//! Start it:   make run-relay ARGS="udp --drop 20", while make run-ch05 runs in another terminal
//! Talk to it: make run-ch05-client ARGS="--port 6667"
//! Stop it:    Ctrl-C

use std::net::{SocketAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::{Parser, Subcommand};
use common::{Failure, OrFail, exit_status, info, seconds};
use relay::{Trouble, UdpRelay, UdpSettings};

/// Stand between a client and a server, and give them trouble.
///
/// Start the server, then the relay, and point the client to the relay's port. A seed decides what
/// happens to what, and stands in the first line: with --seed, a run can be had again.
#[derive(Parser)]
#[command(verbatim_doc_comment)]
struct Cli {
    #[command(subcommand)]
    protocol: Protocol,
}

#[derive(Subcommand)]
enum Protocol {
    /// Drop, duplicate, reorder and delay datagrams, in both directions.
    ///
    /// Without percentages, all pass. What is left of 100 percent passes.
    #[command(verbatim_doc_comment)]
    Udp(Udp),
}

#[derive(clap::Args)]
struct Way {
    /// The server's address
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:6666", value_parser = address)]
    to: SocketAddr,

    /// Where clients call the relay; port 0 asks the kernel for a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:6667", value_parser = address)]
    listen: SocketAddr,

    /// The seed of an earlier run, to have it again [default: a new one]
    #[arg(long)]
    seed: Option<u64>,

    /// Do not say what happens to what
    #[arg(long)]
    quiet: bool,
}

#[derive(clap::Args)]
struct Udp {
    #[command(flatten)]
    way: Way,

    /// How many percent to drop
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    drop: u8,

    /// How many percent to send on twice
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    duplicate: u8,

    /// How many percent to hold back until a later one has passed
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    reorder: u8,

    /// Drop no more than so many in a row
    #[arg(long, value_name = "COUNT", default_value_t = u32::MAX, hide_default_value = true)]
    most_in_a_row: u32,

    /// How long each takes
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    delay: Option<Duration>,

    /// How long one is held back if no later one passes
    #[arg(long, value_name = "SECONDS", default_value = "0.05", value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    hold: Duration,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.protocol {
        Protocol::Udp(options) => relay_datagrams(options),
    }
}

fn relay_datagrams(options: &Udp) -> Result<(), Failure> {
    let Way { to, listen, seed, quiet } = options.way;
    let trouble = Trouble {
        drop: options.drop,
        duplicate: options.duplicate,
        reorder: options.reorder,
        most_in_a_row: options.most_in_a_row,
        delay: options.delay.unwrap_or_default(),
        hold: options.hold,
    };
    let relay = UdpRelay::start(UdpSettings {
        listen,
        seed: seed.unwrap_or_else(any_seed),
        to_server: trouble,
        to_client: trouble,
        tell: (!quiet).then_some(|decision| info!("{decision}")),
        ..UdpSettings::new(to)
    });
    let relay = relay.or_fail_to_listen(format_args!("cannot relay from {listen}"))?;
    stay(to, relay.seed(), relay.address())
}

/// A small one, for people to type.
fn any_seed() -> u64 {
    fastrand::u64(..1_000_000)
}

/// The relay works in a thread of its own; there is nothing left to do but to let it.
fn stay(to: SocketAddr, seed: u64, address: SocketAddr) -> ! {
    info!("relay to {to}, seed {seed}, start at : {address}");
    loop {
        thread::park();
    }
}

/// The first address that `HOST:PORT` stands for.
fn address(text: &str) -> Result<SocketAddr, String> {
    let mut found = text.to_socket_addrs().map_err(|error| error.to_string())?;
    found.next().ok_or_else(|| "it has no address".to_owned())
}
