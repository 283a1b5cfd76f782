//! The relay as a program: it stands between a client and a server, and torments them.
//!
//! Start it:   make run-relay ARGS="udp --drop 20", while make run-ch05 runs in another terminal
//! Talk to it: make run-ch05-client ARGS="--port 6667"
//! Stop it:    Ctrl-C

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::error::ErrorKind as UsageError;
use clap::{CommandFactory, Parser, Subcommand};
use common::{Failure, OrFail, exit_status, info, seconds, words};
use relay::{Shape, TcpRelay, TcpSettings, Trouble, UdpRelay, UdpSettings};

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

    /// Chop streams into pieces, merge what was sent apart, and delay, in both directions.
    ///
    /// Every byte is handed on, once and in order, and so are the end of a stream and a reset.
    #[command(verbatim_doc_comment)]
    Tcp(Tcp),
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

#[derive(clap::Args)]
struct Tcp {
    #[command(flatten)]
    way: Way,

    /// Hand on pieces of so many bytes at the most; the seed decides how many
    #[arg(long, value_name = "BYTES")]
    chop: Option<usize>,

    /// Hand on pieces of exactly as many bytes as --chop says
    #[arg(long, requires = "chop")]
    even: bool,

    /// How long to wait between two pieces, so that each can be read alone
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pause: Option<Duration>,

    /// Hold bytes back until so many are together
    #[arg(long, value_name = "BYTES")]
    merge: Option<usize>,

    /// How long to wait for more before fewer are handed on
    #[arg(long, value_name = "SECONDS", default_value = "0.05", value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    patience: Duration,

    /// How long each byte takes
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    delay: Option<Duration>,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.protocol {
        Protocol::Udp(options) => relay_datagrams(options),
        Protocol::Tcp(options) => relay_streams(options),
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
    let relay = relay.or_else(|error| refuse(listen, error))?;
    stay(to, relay.seed(), relay.address())
}

fn relay_streams(options: &Tcp) -> Result<(), Failure> {
    let Way { to, listen, seed, quiet } = options.way;
    let shape = Shape {
        chop: options.chop,
        even: options.even,
        pause: options.pause.unwrap_or_default(),
        merge: options.merge,
        patience: options.patience,
        delay: options.delay.unwrap_or_default(),
    };
    let relay = TcpRelay::start(TcpSettings {
        listen,
        seed: seed.unwrap_or_else(any_seed),
        to_server: shape,
        to_client: shape,
        tell: (!quiet).then_some(|handed| info!("{handed}")),
        ..TcpSettings::new(to)
    });
    let relay = relay.or_else(|error| refuse(listen, error))?;
    stay(to, relay.seed(), relay.address())
}

/// Says why there is no relay. Settings that contradict themselves are wrong usage (exit status 2).
fn refuse<T>(listen: SocketAddr, error: io::Error) -> Result<T, Failure> {
    let what = format!("cannot relay from {listen}");
    match error.kind() {
        ErrorKind::InvalidInput => Cli::command().error(UsageError::ValueValidation, error).exit(),
        ErrorKind::AddrInUse => Err(Failure::new(format_args!(
            "{what}: {} (is another relay running? try --listen 127.0.0.1:0)",
            words(&error)
        ))),
        _ => Err(error).or_fail(what),
    }
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
