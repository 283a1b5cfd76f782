//! Chapter 03: a client that sends what you type and shows what comes back.
//!
//! Start it:  make run-ch03, while the server of chapter 02 or 04 runs in another terminal
//! Use it:    type a message and press Enter; or pipe lines in: printf 'hello\nq\n' | make run-ch03
//! Leave it:  q, or Ctrl-D
//!
//! New here: connect, a host name with several addresses, timeouts, and a server that goes away.
//! Not here: noticing that while we wait for the keyboard (chapter 07); replies that keep their
//! boundaries (chapter 06).

mod connect;
mod systems;

use std::io::{self, ErrorKind, Read, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use common::{Decoder, Failure, OrFail, ServerAddress, Typed, ask, exit_status, say};
use common::{seconds, timed_out};
use socket2::Socket;

const LIMIT: usize = 1024; // bytes in a message: as many as the servers receive at once
const QUIT: &str = "q";

/// Talk to the server of chapter 02 or 04.
///
/// Sends each line that you type and prints the reply. The line q, or the end of the input
/// (Ctrl-D), leaves. An empty line is not sent, nor one of more than 1024 bytes.
#[derive(Parser)]
#[command(verbatim_doc_comment, after_long_help = systems::DIFFERENCES)]
struct Cli {
    #[command(flatten)]
    address: ServerAddress,

    /// How long to wait for the connection, and then for each reply; fractions are allowed
    /// [default: as long as it takes]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    timeout: Option<Duration>,
}

impl Cli {
    /// The failure when the server has kept us waiting for longer than --timeout.
    fn too_slow(&self, what: &str) -> Failure {
        let limit = self.timeout.unwrap_or_default();
        let advice = "is it serving another client? allow more with --timeout";
        Failure::new(format_args!("{} {what} in {limit:?} ({advice})", self.address))
    }
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let server = connect::connect_to(&cli.address, cli.timeout)?;
    converse(&server, cli)
}

// ANCHOR: converse
/// Ask, send, recv, and again, until q or the end of the input.
fn converse(mut server: &Socket, cli: &Cli) -> Result<(), Failure> {
    let lost = format!("lost the connection to {}", cli.address);
    let mut text = Decoder::default();
    let mut buffer = [0; 1024];
    loop {
        let message = next_message()?;
        // send may take a part only, and then the rest has to be sent as well: write_all does.
        match server.write_all(message.as_bytes()) {
            Err(error) if timed_out(&error) => {
                return Err(cli.too_slow("has not read our messages"));
            }
            sent => sent.or_fail(&lost)?,
        }
        if message == QUIT {
            say!("exit!");
            return Ok(()); // `server` is dropped in run, and that closes the connection
        }
        match receive(server, &mut buffer) {
            Ok(0) => break,
            Ok(n) => say!("{}", text.push(&buffer[..n])),
            // The server's kernel has our message; the server has not come round to it.
            Err(error) if timed_out(&error) => return Err(cli.too_slow("has not replied")),
            Err(error) => return Err(error).or_fail(&lost),
        }
    }
    let rest = text.finish();
    if !rest.is_empty() {
        say!("{rest}"); // an incomplete character: the rest never came
    }
    Err(Failure::new(format_args!("{lost}: the server has closed it")))
}
// ANCHOR_END: converse

// ANCHOR: message
/// Asks until there is a message that can be sent. The end of the input leaves politely.
fn next_message() -> Result<String, Failure> {
    loop {
        match ask("Please input your message: ", LIMIT).or_fail("cannot read the input")? {
            // Zero bytes on a stream are nothing: the server would not wake up, no reply would
            // come, and both sides would wait for ever.
            Typed::Line(line) if line.is_empty() => say!("Not allowed to send empty msg!"),
            Typed::Line(line) => return Ok(line),
            Typed::TooLong => say!("Not sent: a message holds at most {LIMIT} bytes."),
            Typed::NotText => say!("Not sent: this line is not UTF-8 text."),
            Typed::End => return Ok(QUIT.into()),
        }
    }
}
// ANCHOR_END: message

// ANCHOR: receive
/// recv, again where a signal cut it short (Ctrl-Z and fg do that to a recv with a timeout).
fn receive(mut server: &Socket, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match server.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            received => return received,
        }
    }
}
// ANCHOR_END: receive
