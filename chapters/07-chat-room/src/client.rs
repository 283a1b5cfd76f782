//! The client, which waits for two things at once: the keyboard and the server.

use std::io::{self, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use common::{Failure, OrFail, Typed, printable, timed_out, words};
use socket2::Socket;

use crate::Client;
use crate::connect::connect;
use crate::frames::{Format, Frame};
use crate::keyboard::{self, Keyboard};
use crate::lines::Lines;
use crate::screen::Screen;

/// The most bytes in a line from the server: the list of a room with very many in it.
const LIMIT: usize = 1 << 20;

const QUIT: &str = "/quit";

/// How long the server's last words are waited for when we cannot say anything any more.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What the two threads share.
struct Talk {
    server: Socket,
    /// What to call the server.
    name: String,
    screen: Screen,
    /// Whether it is we who leave.
    leaving: AtomicBool,
}

/// What has come to its end, and how.
enum End {
    /// We have said all that we want to say.
    Said(Result<(), Failure>),
    /// The server has said all that it wants to say.
    Heard(Result<(), Failure>),
}

/// Connects, and talks until we leave, or the server does.
///
/// A thread can wait for one thing at a time. So there is one for each, and this one waits for a
/// third thing: that the first of them comes to its end.
pub fn run(options: &Client) -> Result<(), Failure> {
    let (server, name) = connect(options)?;
    let (keyboard, screen) = keyboard::open();
    let talk = Arc::new(Talk { server, name, screen, leaving: AtomicBool::new(false) });
    let (ends, end) = mpsc::channel();

    let (said, ours) = (ends.clone(), Arc::clone(&talk));
    in_a_thread("keyboard", move || {
        let _ = said.send(End::Said(say_all(keyboard, &ours)));
    })?;
    let ours = Arc::clone(&talk);
    in_a_thread("hear", move || {
        let _ = ends.send(End::Heard(hear_all(&ours)));
    })?;
    let left = wait_for(&end, &talk);
    talk.screen.finish();
    left
}

// ANCHOR: wait
/// Waits for the end of both if we leave, and of one if the server does.
fn wait_for(end: &Receiver<End>, talk: &Talk) -> Result<(), Failure> {
    let heard = match end.recv().expect("each thread says how it has ended") {
        End::Said(Ok(())) => {
            let _ = end.recv(); // what there is to hear until the server has seen that we leave
            return Ok(());
        }
        End::Said(Err(failure)) => {
            let _ = end.recv_timeout(LAST_WORDS); // the server may have said why
            return Err(failure);
        }
        End::Heard(heard) => heard,
    };
    let leaving = talk.leaving.load(Ordering::Acquire); // before the keyboard comes to its end, too
    // On every system an editor can be woken; who reads from a pipe ends with the program.
    if talk.screen.end_editing() {
        let _ = end.recv();
    }
    match leaving {
        true => Ok(()), // it was quicker to close than we to say that we have said all
        false => {
            heard?;
            Err(Failure::new(format_args!("{} has closed the connection", talk.name)))
        }
    }
}
// ANCHOR_END: wait

// ANCHOR: say-all
/// From the keyboard to the server, until we leave.
fn say_all(mut keyboard: Keyboard, talk: &Talk) -> Result<(), Failure> {
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
fn hear_all(talk: &Talk) -> Result<(), Failure> {
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

fn in_a_thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    thread::Builder::new().name(name.into()).spawn(work).map(drop).or_fail("cannot start a thread")
}
