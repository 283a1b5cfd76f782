//! Ends programs that use more of the machine than all others together.
//!
//! The limits that the kernel keeps are of a single process (getrlimit(2)), and do not add up to
//! one for a program that starts many.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use checks::{Failed, Outcome};

use crate::processes::{Family, families};

/// How much memory all programs of one grader may have together, in bytes. They are played with at
/// the same time, and need 3 MiB each.
const MOST_MEMORY: u64 = 512 << 20;

/// How much time on a core one program may have, with all its processes. A check that finds it
/// busy gives it up after one second.
const MOST_CPU: Duration = Duration::from_secs(3);

/// How many processes one program may have, those of its jail among them. Its threads are none.
const MOST_PROCESSES: usize = 16;

/// What a result says of a program that was ended.
pub const ENDED_BY_FORCE: &str = "ended by force: it used";

/// Looks after the programs of one grader. Clones are the same.
#[derive(Clone, Default)]
pub struct Watchman {
    /// Why it has ended programs.
    reasons: Arc<Mutex<Vec<String>>>,
}

impl Watchman {
    /// Looks at all programs, and ends those that use too much.
    pub fn look(&self) {
        let (many, rest): (Vec<_>, Vec<_>) =
            families().into_iter().partition(|program| program.members.len() > MOST_PROCESSES);
        for program in many {
            self.end(&program, format!("more than {MOST_PROCESSES} processes"));
        }
        let (busy, rest): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|program| program.cpu > MOST_CPU);
        for program in busy {
            self.end(&program, format!("more than {} s on a core", MOST_CPU.as_secs()));
        }
        let all: u64 = rest.iter().map(|program| program.memory).sum();
        if all > MOST_MEMORY
            && let Some(largest) = rest.iter().max_by_key(|program| program.memory)
        {
            self.end(largest, format!("more than {} MiB of memory", MOST_MEMORY >> 20));
        }
    }

    fn end(&self, program: &Family, used: String) {
        let mut reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        if !reasons.contains(&used) {
            reasons.push(used);
        }
        program.kill();
    }

    /// Ends all programs.
    pub fn end_all(&self) {
        families().iter().for_each(Family::kill);
    }

    /// Adds to the outcome of a program that has been killed why that may be.
    pub fn explains(&self, outcome: &Outcome) -> Outcome {
        const KILLED: [&str; 2] = ["signal 9", "exit status 137"]; // what a jail says of signal 9
        let reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        let explained = |failed: &Failed| {
            let mut failed = failed.clone();
            let killed = KILLED.iter().any(|killed| failed.came.contains(killed));
            if killed && !reasons.is_empty() {
                failed.came += &format!(" ({ENDED_BY_FORCE} {})", reasons.join(", or "));
            }
            failed
        };
        Outcome { failed: outcome.failed.as_ref().map(explained), ..outcome.clone() }
    }
}
