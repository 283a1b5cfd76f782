//! The two directions of the client's conversation, each for a thread of its own.

use std::io::{self, Write};
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, Ordering};

use common::{Failure, OrFail, Typed, printable, timed_out, words};
use socket2::Socket;

use crate::frames::{Format, Frame};
use crate::keyboard::Keyboard;
use crate::lines::Lines;
use crate::screen::Screen;

/// The most bytes in a line from the server: the list of a room with very many in it.
const LIMIT: usize = 1 << 20;

const QUIT: &str = "/quit";

/// What the two threads share.
pub struct Talk {
    pub server: Socket,
    /// What to call the server.
    pub name: String,
    pub screen: Screen,
    /// Whether it is we who leave.
    pub leaving: AtomicBool,
}

// ANCHOR: say-all
/// From the keyboard to the server, until we leave.
pub fn say_all(mut keyboard: Keyboard, talk: &Talk) -> Result<(), Failure> {
    loop {
        match keyboard.next().or_fail("cannot read the input")? {
            Typed::Line(line) => {
                let leaving = line.split('\n').any(|line| line == QUIT);
                talk.leaving.fetch_or(leaving, Ordering::Release);
                say(&talk.server, &line).map_err(|error| not_said(&error, &talk.name))?;
                if leaving {
                    break;
                }
            }
            Typed::TooLong => talk.screen.show("(not said: the line is too long)"),
            Typed::NotText => talk.screen.show("(not said: the line is not UTF-8 text)"),
            Typed::End => break,
        }
    }
    talk.leaving.store(true, Ordering::Release);
    // The server reads the end of what we say; what it says still reaches us. If it has gone, the
    // other thread is told so.
    let _ = talk.server.shutdown(Shutdown::Write);
    Ok(())
}
// ANCHOR_END: say-all

// ANCHOR: hear-all
/// From the server to the screen, until the server has closed.
pub fn hear_all(talk: &Talk) -> Result<(), Failure> {
    let mut lines = Lines::new(&talk.server, LIMIT, None);
    let lost = format!("lost the connection to {}", talk.name);
    while let Some(frame) = lines.next().or_fail(&lost)? {
        match frame {
            Frame::Message(line) => talk.screen.show(&printable(&line)),
            _ => talk.screen.show("(a line that is too long, skipped)"),
        }
    }
    Ok(())
}
// ANCHOR_END: hear-all

/// Sends what was typed; a line editor may have made several lines of it.
fn say(mut server: &Socket, typed: &str) -> io::Result<()> {
    let mut frames = Vec::new();
    for line in typed.split('\n') {
        assert!(Format::Line.encode(line.as_bytes(), &mut frames), "it holds no newline");
    }
    server.write_all(&frames)
}

fn not_said(error: &io::Error, name: &str) -> Failure {
    match timed_out(error) {
        true => Failure::new(format_args!("{name} does not read (allow more with --timeout)")),
        false => Failure::new(format_args!("lost the connection to {name}: {}", words(error))),
    }
}
