//! What each exercise demands of a program, and how that is found out.
//!
//! An [`Exercise`] is a table of [`Check`]s. A check starts the student's program, talks to it over
//! loopback as its peers would, and never looks at its source. The same tables serve a student
//! (`cargo test -p ex02-notice-eof`, through [`grade!`]), `make grade`, the self-check of the tables
//! in `tests/keys`, and the gradebook.
//!
//! A check is told in the words that a student reads when it fails: what happened so far, what was
//! expected, what came. Errors of the kernel are put into words as well, because `os error 104` in
//! the grader says nothing about the program at the other end.
//!
//! No check waits out a time to see that nothing comes. On Linux it looks at the program instead: a
//! program whose threads all sleep, and go on sleeping, will not answer any more ([`Silence`]). So
//! the deadline can be long, for machines under load, and a verdict comes soon nevertheless.

mod chapter_01;
mod chapter_02;
mod chapter_03;
mod chapter_04;
mod chapter_05;
mod chapter_06;
mod chapter_07;
#[cfg(feature = "compile")]
pub mod compile;
mod connection;
mod datagram;
mod exercise;
mod launcher;
mod launches;
mod listener;
mod look;
mod orphans;
mod outcome;
mod peer;
mod places;
mod process;
mod program;
mod run;
mod silence;
mod sockets;
mod stage;
mod student;
mod words;

pub use datagram::DatagramPeer;
pub use exercise::{Check, Exercise, Needs, all, exercise};
pub use launcher::Launcher;
pub use listener::Listener;
pub use outcome::{Failed, Outcome, Played, Verdict};
pub use peer::Peer;
pub use places::Place;
pub use program::Program;
pub use run::{Task, run};
pub use silence::Silence;
pub use sockets::OpenSocket;
pub use stage::{MOST_TIMES, Stage};
pub use student::{grade, report, seed};

use std::time::Duration;

/// How long a check may take, unless it says otherwise. It counts from the start of the program,
/// which has been compiled by then. On a busy machine it lasts longer, [`MOST_TIMES`] as long at the
/// most.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// The `main` of an exercise's `tests/grade.rs`: plays the checks on the program of its package.
#[macro_export]
macro_rules! grade {
    ($exercise:literal) => {
        fn main() -> std::process::ExitCode {
            $crate::grade($exercise, env!(concat!("CARGO_BIN_EXE_ex", $exercise)))
        }
    };
}
