//! Exercise 01-which-socket: one socket, of the kind that was asked for. README.md says what is
//! asked.
//!
//! Start it: cargo run -p ex01-which-socket -- --family inet6 --type dgram
//! End it:   Ctrl-D, which ends its input
//! Grade it: cargo test -p ex01-which-socket

use std::io;
use std::process::ExitCode;

use clap::Parser;
use common::{Failure, OrFail, exit_status, say};
use socket2::{Domain, Socket, Type};

/// Create one socket, and keep it until the input ends.
#[derive(Parser)]
struct Cli {
    /// Address family: unix, inet or inet6
    #[arg(long, default_value = "inet")]
    family: String,

    /// Socket type: stream or dgram
    #[arg(long = "type", value_name = "TYPE", default_value = "stream")]
    kind: String,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let _ = create(&cli.family, &cli.kind)
        .or_fail(format_args!("cannot create a socket of {}, {}", cli.family, cli.kind))?;
    say!("ready");
    wait_for_the_end_of_input().or_fail("cannot read the input")
}

/// socket: family and type choose what the kernel makes.
fn create(family: &str, kind: &str) -> io::Result<Socket> {
    let domain = match family {
        "unix" => Domain::UNIX,
        _ => Domain::IPV4,
    };
    let socket_type = match (family, kind) {
        ("inet", "dgram") => Type::DGRAM,
        _ => Type::STREAM,
    };
    Socket::new(domain, socket_type, None)
}

/// Reads whatever is typed, until Ctrl-D or the end of the pipe.
fn wait_for_the_end_of_input() -> io::Result<()> {
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
