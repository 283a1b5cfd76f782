//! Exercise 01-wait-your-way: look or wait, on one socket. README.md says what is asked.
//!
//! Start it:   cargo run -p ex01-wait-your-way -- --port 7001 --timeout 5
//! Talk to it: type now or wait; printf hello | nc -u -w 1 127.0.0.1 7001, in a second terminal
//! End it:     Ctrl-D, which ends its input
//! Grade it:   cargo test -p ex01-wait-your-way

use std::io::{self, ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, OrFail, exit_status, info, name, printable, say, seconds};
use socket2::{Domain, Socket, Type};

/// The longest datagram.
const LIMIT: usize = 1024;

/// Look for a datagram, or wait for one, as the words on stdin say.
#[derive(Parser)]
struct Cli {
    /// Port on 127.0.0.1; with 0 the kernel chooses a free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// How long a wait may take; fractions are allowed
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    #[arg(allow_negative_numbers = true)]
    timeout: Duration,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let wanted = format!("cannot listen at 127.0.0.1:{}", cli.port);
    let socket = bound(cli.port).or_fail_to_listen(wanted)?;
    for line in io::stdin().lines() {
        let line = line.or_fail("cannot read the input")?;
        let (received, nothing) = match line.as_str() {
            "now" => (receive(&socket), "nothing yet"),
            "wait" => {
                thread::sleep(cli.timeout);
                (receive(&socket), "nothing in time")
            }
            _ => {
                say!("say now or wait");
                continue;
            }
        };
        match received.or_fail("cannot receive")? {
            Some(text) => say!("received: {text}"),
            None => say!("{nothing}"),
        }
    }
    Ok(())
}

/// socket and bind: a datagram socket, which does not wait.
fn bound(port: u16) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())?;
    socket.set_nonblocking(true)?;
    info!("listening at {}", name(socket.local_addr()?.as_socket()));
    Ok(socket)
}

/// recv: the text of one datagram, or `None` if there is none.
fn receive(mut socket: &Socket) -> io::Result<Option<String>> {
    let mut buffer = [0; LIMIT];
    match socket.read(&mut buffer) {
        Ok(count) => Ok(Some(printable(&buffer[..count]))),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
