//! Exercise 01-which-socket, solved: the socket has a name, and lives as long as that.

use std::io;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use common::{Failure, OrFail, exit_status, say};
use socket2::{Domain, Socket, Type};

/// Create one socket, and keep it until the input ends.
#[derive(Parser)]
struct Cli {
    /// Address family
    #[arg(long, value_enum, default_value = "inet")]
    family: Family,

    /// Socket type
    #[arg(long = "type", value_name = "TYPE", value_enum, default_value = "stream")]
    kind: Kind,
}

#[derive(Clone, Copy, ValueEnum)]
enum Family {
    Unix,
    Inet,
    Inet6,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Stream,
    Dgram,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    // Closed when it is dropped, so it must have an owner until the input ends. `let _` is none.
    let _socket = create(cli.family, cli.kind).or_fail("cannot create this socket")?;
    say!("ready");
    wait_for_the_end_of_input().or_fail("cannot read the input")
}

/// socket: family and type choose what the kernel makes.
fn create(family: Family, kind: Kind) -> io::Result<Socket> {
    let domain = match family {
        Family::Unix => Domain::UNIX,
        Family::Inet => Domain::IPV4,
        Family::Inet6 => Domain::IPV6,
    };
    let socket_type = match kind {
        Kind::Stream => Type::STREAM,
        Kind::Dgram => Type::DGRAM,
    };
    Socket::new(domain, socket_type, None)
}

/// Reads whatever is typed, until Ctrl-D or the end of the pipe.
fn wait_for_the_end_of_input() -> io::Result<()> {
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
