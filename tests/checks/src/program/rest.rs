//! What a program does and holds when it has nothing to do.

use std::time::Instant;

use crate::look::{descriptors, hides, peak_memory};
use crate::process::Process;
use crate::silence::RESTLESS;
use crate::stage::LOOK;
use crate::words::ended;
use crate::{Failed, Played, Program, Silence};

/// What has come where a program was to be looked at.
pub(crate) const HIDES: &str = "it does not let itself be looked at (prctl(2), PR_SET_DUMPABLE)";

impl Program {
    /// Waits until the program waits, with all its threads asleep, for whatever comes next.
    pub fn comes_to_rest(&self) -> Played {
        const WANTED: &str = "your program to wait, asleep, until there is something to do";
        const AGAIN: &str = "it wakes up again and again, and finds nothing to do";
        const BUSY: &str = "it keeps a core busy all the time";
        self.stage.settle();
        let mut wakes = Wakes::since_now(&self.process);
        let came = match self.stage.awaits(|| wakes.are_many().then_some(())) {
            Err(Silence::AtRest) => return Ok(()),
            Ok(()) | Err(Silence::Restless) => AGAIN.to_owned(),
            Err(Silence::Busy) => BUSY.to_owned(),
            // A machine under load may not have had the time for as much computing as counts.
            Err(Silence::Deadline(_)) => match self.process.look() {
                Some(look) if !look.asleep => BUSY.to_owned(),
                _ => AGAIN.to_owned(),
            },
            Err(Silence::Ended(status)) => format!("it {}", ended(status)),
            Err(Silence::Flooding) => "it prints without end".to_owned(),
        };
        Err(Failed::fail(WANTED, came))
    }

    /// How many threads it has when it has done what there is to do, those of its descendants
    /// included.
    pub fn threads(&self) -> Result<usize, Failed> {
        self.stage.settle();
        self.count_threads().ok_or_else(|| self.not_to_be_seen("threads"))
    }

    /// How many descriptors it has open when it has done what there is to do, those of its
    /// descendants included.
    pub fn descriptors(&self) -> Result<usize, Failed> {
        self.stage.settle();
        descriptors(self.id()).ok_or_else(|| self.not_to_be_seen("descriptors"))
    }

    /// The most memory that it has held so far, in bytes, that of its descendants included.
    pub fn peak_memory(&self) -> Result<u64, Failed> {
        self.stage.settle();
        peak_memory(self.id()).ok_or_else(|| self.not_to_be_seen("memory"))
    }

    /// Waits until it has no more descriptors open than at an earlier time.
    pub fn is_back_to_descriptors(&self, before: usize) -> Played {
        self.is_back_to("descriptors", before, |program| descriptors(program.id()))
    }

    /// Waits until it has no more threads than at an earlier time.
    pub fn is_back_to_threads(&self, before: usize) -> Played {
        self.is_back_to("threads", before, |program| program.count_threads())
    }

    fn count_threads(&self) -> Option<usize> {
        Some(self.process.look()?.threads())
    }

    fn is_back_to(
        &self,
        what: &str,
        before: usize,
        count: impl Fn(&Self) -> Option<usize>,
    ) -> Played {
        self.stage.settle(); // it may be about to have more
        let mut now = before;
        let back = self.stage.awaits(|| {
            now = count(self)?;
            (now <= before).then_some(())
        });
        // Not how many, for it may have inherited some from whoever has started the grader.
        let came = match back {
            Ok(()) => {
                self.stage.tell("your program", format_args!("has no more {what} than before"));
                return Ok(());
            }
            Err(Silence::Ended(status)) => format!("it {}", ended(status)),
            Err(_) => format!("it has {} more", now.saturating_sub(before)),
        };
        Err(Failed::fail(format_args!("your program to have no more {what} than before"), came))
    }

    fn not_to_be_seen(&self, what: &str) -> Failed {
        let wanted = format!("to see the {what} of your program");
        match self.process.status() {
            Some(status) => Failed::fail(wanted, format!("it {}", ended(status))),
            None if hides(self.id()) => Failed::fail(wanted, HIDES),
            None => Failed::grader(wanted, "there is nothing to be seen of it in /proc"),
        }
    }
}

/// How often a program has woken up without printing anything.
struct Wakes<'a> {
    process: &'a Process,
    first: Option<(u64, u64)>,
    next_look: Instant,
}

impl<'a> Wakes<'a> {
    fn since_now(process: &'a Process) -> Self {
        Self { process, first: None, next_look: Instant::now() }
    }

    /// Whether it has been so often that it will never rest. A program that prints, and waits for
    /// its output to be taken, is another matter.
    fn are_many(&mut self) -> bool {
        if Instant::now() < self.next_look {
            return false;
        }
        self.next_look = Instant::now() + LOOK;
        let Some(look) = self.process.look() else { return false };
        let (written, sleeps) = (self.process.written(), look.sleeps.values().sum());
        match self.first {
            Some((before, first)) if before == written => sleeps > first + RESTLESS,
            _ => {
                self.first = Some((written, sleeps));
                false
            }
        }
    }
}
