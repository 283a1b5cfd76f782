//! Long messages: received to their end, or a part at a time, compared as they come, and not kept.

use std::thread;
use std::time::Duration;

use super::End;
use super::receives::reset;
use crate::program::missing;
use crate::words::{MOST, TELLING, difference, quoted_or_nothing, same};
use crate::{Failed, Peer, Played, Silence};

impl Peer {
    /// Waits for the end of the stream, before which exactly this must have come, together with what
    /// has been taken of it before.
    pub fn receives_to_the_end(&self, message: &[u8]) -> Played {
        self.receives_message(message, true)
    }

    /// Waits until all of this has come, together with what has been taken of it before. Whether the
    /// stream ends behind it is left open.
    pub fn receives_all(&self, message: &[u8]) -> Played {
        self.receives_message(message, false)
    }

    fn receives_message(&self, message: &[u8], to_the_end: bool) -> Played {
        let then = if to_the_end { ", then the end of the stream" } else { "" };
        let what = format!("{}{then}", quoted_or_nothing(message));
        let wanted = format!("{} to receive {what}", self.name);
        let ended = self.compares(message, if to_the_end { usize::MAX } else { message.len() });
        let (right, rest) = (self.taken.take(), self.received.borrow());
        let came = difference(message, right, &rest);
        let then = match (ended, self.end.get()) {
            (Ok(()), end)
                if right == message.len()
                    && rest.is_empty()
                    && (end == Some(End::Closed) || !to_the_end) =>
            {
                self.stage.tell(&self.name, format_args!("has received {what}"));
                return Ok(());
            }
            // What comes after a difference does not matter.
            (Ok(()), None) => return Err(Failed::fail(wanted, came)),
            _ if differs(message, &rest) => return Err(Failed::fail(wanted, came)),
            (Ok(()), Some(End::Reset)) => reset().to_owned(),
            (Ok(()), Some(End::Closed)) => "the end of the stream".to_owned(),
            (Err(silence), _) => silence.told(),
        };
        let failed = match ended {
            Ok(()) => Failed::fail(wanted, ""),
            Err(silence) => missing(&wanted, silence),
        };
        Err(Failed { came: format!("{came}, then {then}"), ..failed })
    }

    /// Takes so many bytes of a long message, and leaves what follows to the kernel. Whether they are
    /// right, and all there, is said when the message is [received to its
    /// end](Self::receives_to_the_end).
    pub fn takes_a_part(&self, message: &[u8], count: usize) -> Played {
        let ended = self.compares(message, self.come() + count);
        let wanted = format!("your program to send {} {count} bytes more", self.name);
        ended.map_err(|silence| missing(&wanted, silence))?;
        self.stage.tell(&self.name, format_args!("takes {count} bytes"));
        Ok(())
    }

    /// Waits for so many lines, whatever they are, and returns them without their newlines. Nothing
    /// of it is told.
    pub fn gets_lines(&self, count: usize) -> Result<Vec<String>, Failed> {
        let wanted = format!("{} to hear {count} lines", self.name);
        self.gets_lines_until(&wanted, |lines| lines.len() == count)
    }

    /// Waits for lines until there are enough of them, whatever that means, and returns them without
    /// their newlines. `wanted` says of a failure what was expected. Nothing of it is told.
    pub fn gets_lines_until(
        &self,
        wanted: &str,
        enough: impl Fn(&[String]) -> bool,
    ) -> Result<Vec<String>, Failed> {
        let mut lines = Vec::new();
        let waited = self.stage.awaits(|| self.hears_lines(&mut lines, &enough).then_some(()));
        match enough(&lines) {
            true => Ok(lines),
            false => Err(self.not_all_lines(wanted, waited)),
        }
    }

    /// Waits until both of these have got so many lines, whatever they are, and returns them without
    /// their newlines. `others` read what comes to them, too, so that none of them holds up the
    /// program. Nothing of it is told.
    pub fn both_get_lines(
        both: [&Self; 2],
        count: usize,
        others: &[&Self],
    ) -> Result<[Vec<String>; 2], Failed> {
        let enough = |lines: &[String]| lines.len() == count;
        let mut lines = [Vec::new(), Vec::new()];
        let waited = both[0].stage.awaits(|| {
            others.iter().for_each(|other| drop(other.read()));
            let heard = both.iter().zip(&mut lines);
            let heard: Vec<_> = heard.map(|(it, lines)| it.hears_lines(lines, enough)).collect();
            heard.iter().all(|all| *all).then_some(())
        });
        match both.iter().zip(&lines).find(|(_, lines)| !enough(lines)) {
            None => Ok(lines),
            Some((it, _)) => {
                Err(it.not_all_lines(&format!("{} to hear {count} lines", it.name), waited))
            }
        }
    }

    /// Takes the lines that have come, until there are enough. Whether there are, or the stream has
    /// ended.
    fn hears_lines(&self, lines: &mut Vec<String>, enough: impl Fn(&[String]) -> bool) -> bool {
        // A program that sends without end is not listened to without end.
        for _ in 0..100 {
            drop(self.read());
            let taken = self.takes_lines(lines, &enough);
            if enough(lines) || self.end.get().is_some() {
                return true;
            }
            if taken == 0 {
                break;
            }
            // There is more where this came from.
            let _ = self.waits_a_moment();
        }
        false
    }

    fn not_all_lines(&self, wanted: &str, waited: Result<(), Silence>) -> Failed {
        let then = match (waited, self.end.get()) {
            (Err(silence), _) => silence.told(),
            (Ok(()), Some(End::Reset)) => reset().to_owned(),
            (Ok(()), _) => "the end of the stream".to_owned(),
        };
        let failed = match waited {
            Ok(()) => Failed::fail(wanted, ""),
            Err(silence) => missing(wanted, silence),
        };
        Failed { came: format!("not all of that, then {then}"), ..failed }
    }

    /// Moves whole lines from what has been received, until there are enough. Returns how many bytes
    /// that were.
    fn takes_lines(&self, lines: &mut Vec<String>, enough: impl Fn(&[String]) -> bool) -> usize {
        let mut received = self.received.borrow_mut();
        let mut taken = 0;
        while !enough(lines)
            && let Some(length) = received[taken..].iter().position(|byte| *byte == b'\n')
        {
            let line = String::from_utf8_lossy(&received[taken..taken + length]);
            lines.push(line.into_owned());
            taken += length + 1;
        }
        received.drain(..taken);
        taken
    }

    /// Reads nothing for a while, counted from when the program has done all that it can: a server
    /// that is busy with something else.
    pub fn reads_nothing_for(&self, time: Duration) {
        self.stage.settle();
        self.stage.tell(&self.name, format_args!("reads nothing for {time:?}"));
        thread::sleep(time);
    }

    /// Says nothing for a while, counted from when the program has done all that it can.
    pub fn stays_silent_for(&self, time: Duration) {
        self.stage.settle();
        self.stage.tell(&self.name, format_args!("stays silent for {time:?}"));
        thread::sleep(time);
    }

    /// Closes the connection: all is said.
    pub fn has_finished(self) {
        self.stage.settle();
        self.stage.tell(&self.name, "closes the connection");
    }

    /// Receives until so many bytes have come, the stream has ended, or it is clear that something
    /// else comes. What is right is counted in `taken` and forgotten; the rest stands in `received`.
    fn compares(&self, message: &[u8], most: usize) -> Result<(), Silence> {
        self.stage.awaits(|| {
            loop {
                let before = self.come();
                self.takes_what_is_right(message, most);
                let differs = differs(message, &self.received.borrow());
                if differs || self.come() == most || self.end.get().is_some() {
                    return Some(());
                }
                if self.come() == before {
                    return None;
                }
                // There is more where this came from.
                let _ = self.waits_a_moment();
            }
        })
    }

    /// How much has come of what is being compared.
    fn come(&self) -> usize {
        self.taken.get() + self.received.borrow().len()
    }

    /// Receives what is there, and forgets it as far as it is right.
    fn takes_what_is_right(&self, message: &[u8], most: usize) {
        const AT_ONCE: usize = 1 << 20;
        let taken = self.taken.get();
        let wrong = self.received.borrow().len();
        let received = self.read_until((wrong + AT_ONCE).min(most - taken));
        if wrong == 0 {
            let right = same(&message[taken..], &received);
            drop(received);
            self.received.borrow_mut().drain(..right);
            self.taken.set(taken + right);
        }
    }
}

/// Whether enough has come that does not belong to a message to say what it is. A short message is
/// shown as a whole, and so its end is waited for.
fn differs(message: &[u8], rest: &[u8]) -> bool {
    rest.len() >= TELLING && message.len().max(rest.len()) > MOST
}
