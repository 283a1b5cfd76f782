//! How a program ends, is stopped, and is ended; and how long it has run.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::missing;
use crate::words::ended;
use crate::{Failed, Played, Program, Silence};

impl Program {
    /// Fails if the program has ended.
    pub fn still_runs(&self) -> Played {
        match self.end() {
            Some(status) => {
                Err(Failed::fail("your program to run on", format!("it {}", ended(status))))
            }
            None => Ok(()),
        }
    }

    /// Waits until the program has done all that there was to do, and fails if it has ended by
    /// then.
    pub fn waits_for_input(&self) -> Played {
        self.stage.settle();
        self.still_runs()
    }

    /// How it has ended; `None` if it still runs.
    pub(crate) fn end(&self) -> Option<ExitStatus> {
        if self.process.runs() {
            return None;
        }
        // What it wrote last may not have been read yet.
        match self.stage.awaits(|| self.process.status()) {
            Ok(status) | Err(Silence::Ended(status)) => Some(status),
            Err(_) => None,
        }
    }

    /// Waits for the program to end by itself with this exit status.
    pub fn exits_with(&self, code: i32) -> Played {
        let wanted = format!("your program to end with exit status {code}");
        let status = self.awaits_the_end(&wanted)?;
        if status.code() != Some(code) {
            return Err(Failed::fail(wanted, format!("it {}", ended(status))));
        }
        self.stage.tell("your program", format_args!("ends with exit status {code}"));
        self.stage.forget(&self.process);
        Ok(())
    }

    /// Waits for the program to end by itself, however it does.
    pub fn ends(&self) -> Played {
        let status = self.awaits_the_end("your program to end")?;
        self.stage.tell("your program", ended(status));
        self.stage.forget(&self.process);
        Ok(())
    }

    fn awaits_the_end(&self, wanted: &str) -> Result<ExitStatus, Failed> {
        match self.stage.awaits(|| self.process.status()) {
            Ok(status) | Err(Silence::Ended(status)) => Ok(status),
            Err(Silence::AtRest) => {
                Err(Failed::timeout(wanted, "it waits, all its threads are asleep"))
            }
            Err(silence) => Err(missing(wanted, silence)),
        }
    }

    /// Stops the program, as a machine does that has other things to do. Until it
    /// [goes on](Self::goes_on), whatever is done to it gets no further than its kernel.
    pub fn is_stopped(&self) -> Played {
        if let Some(status) = self.stops()? {
            return Err(Failed::fail("your program to run on", format!("it {}", ended(status))));
        }
        self.stage.tell("your program", "is stopped for a moment (SIGSTOP)");
        Ok(())
    }

    /// Stops the program and lets it go on, so many times, each time when it has done what there is
    /// to do. If it ends meanwhile, what is awaited next tells so.
    pub fn is_stopped_again_and_again(&self, times: usize) -> Played {
        let what = format!("is stopped (SIGSTOP) and goes on (SIGCONT), {times} times");
        self.stage.tell("your program", what);
        for _ in 0..times {
            if self.stops()?.is_some() {
                break;
            }
            self.continues()?;
        }
        Ok(())
    }

    /// Stops it when it has done what there is to do. Returns how it has ended, if it has.
    fn stops(&self) -> Result<Option<ExitStatus>, Failed> {
        self.stage.settle();
        if let Some(status) = self.process.status() {
            return Ok(Some(status));
        }
        let stopped = self.process.stop(true);
        stopped.map_err(|error| Failed::grader("to stop your program", error))?;
        // The signal is under way, and threads that sleep wake up for it.
        match self.stage.awaits(|| self.process.look()?.stopped.then_some(())) {
            Ok(()) => Ok(None),
            Err(Silence::Ended(status)) => Ok(Some(status)),
            Err(silence) => Err(Failed::grader("to stop your program", silence.told())),
        }
    }

    /// Lets it go on after a stop.
    pub fn goes_on(&self) -> Played {
        self.continues()?;
        self.stage.tell("your program", "goes on (SIGCONT)");
        Ok(())
    }

    fn continues(&self) -> Played {
        let continues = self.process.stop(false);
        continues.map_err(|error| Failed::grader("to let your program go on", error))
    }

    /// Ends the program by force.
    pub fn is_killed(&self) {
        self.process.kill();
        self.stage.forget(&self.process);
        self.stage.tell("your program", "is ended by force (SIGKILL)");
    }

    /// Fails if it has been running for less than this; for a limit that it has to wait out.
    ///
    /// The time that it waited for a core counts, too: a right program's limit runs meanwhile.
    pub fn has_taken(&self, least: Duration) -> Played {
        if self.process.time() < least {
            let wanted = format!("your program to wait for {least:?} at least");
            return Err(Failed::fail(wanted, "it was through before"));
        }
        self.stage.tell("your program", format_args!("has taken {least:?} at least"));
        Ok(())
    }

    /// How long after `start` it has ended. It must have.
    pub fn ended_after(&self, start: Instant) -> Duration {
        self.process.ended_at().unwrap_or_else(Instant::now).saturating_duration_since(start)
    }
}
