//! What one client says, from its name to its last line.

use std::io;

use common::{info, printable, timed_out};
use socket2::Socket;

use crate::frames::Frame;
use crate::guest::Limits;
use crate::lines::Lines;
use crate::pace::Pace;
use crate::room::Place;

/// The most bytes in a line: room for 1000 characters, which in UTF-8 have up to four bytes each.
const LIMIT: usize = 4096;

/// What a line costs those who hear it, beside its text: a name, brackets and a newline. Without that
/// an empty line would cost nothing, and could be said without end.
const BESIDE: usize = 40;

// ANCHOR: talk
/// The name, and then line after line. Returns how the client left.
pub fn talk(
    client: &Socket,
    peer: &str,
    place: &Place,
    limits: Limits,
) -> io::Result<&'static str> {
    let mut lines = Lines::new(client, LIMIT, limits.time_for_a_name());
    place.tell("Welcome to the room! What is your name?");
    let name = match next(&mut lines, place)? {
        Some(Frame::Message(name)) => text(&name),
        Some(_) => String::new(), // too long for a line, and so for a name
        None => return Ok("closed the connection without a name"),
    };
    if let Err(refusal) = place.join(&name) {
        place.tell(&refusal);
        return Ok("refused: no name");
    }
    info!("client {peer} is {name}");
    lines.set_patience(limits.idle_timeout)?;
    listen(&mut lines, place, Pace::new(limits.rate))
}

fn listen(lines: &mut Lines, place: &Place, mut pace: Pace) -> io::Result<&'static str> {
    while let Some(frame) = next(lines, place)? {
        let Frame::Message(line) = frame else {
            place.tell(&format!("* Not said: a line has {LIMIT} bytes at most"));
            continue;
        };
        match text(&line).as_str() {
            "/who" => pace.keep(place.who().len()),
            "/quit" => return Ok("quit!"),
            said => {
                place.say(said);
                pace.keep(said.len() + BESIDE);
            }
        }
    }
    Ok("closed the connection")
}

/// A line's text. It is for others' terminals, so it is made harmless here, once for all of them.
/// Some programs end their lines with `\r\n`.
fn text(line: &[u8]) -> String {
    printable(line.strip_suffix(b"\r").unwrap_or(line))
}
// ANCHOR_END: talk

/// The next line. Who takes too long for it is told so.
fn next(lines: &mut Lines, place: &Place) -> io::Result<Option<Frame>> {
    if place.is_cut_off() {
        return Ok(None); // there may be more to read, but nobody waits for an answer
    }
    let line = lines.next();
    if line.as_ref().is_err_and(timed_out) {
        place.send_away("* You have been silent for too long");
    }
    line
}
