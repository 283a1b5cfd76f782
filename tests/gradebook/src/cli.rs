//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use checks::Exercise;
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};

use crate::grade::{Order, default_jobs};
use crate::shard::Shard;

/// Grade a class.
///
/// Each entry of SUBMISSIONS is one student's copy of the class repository: a folder, a .zip, or a
/// .bundle (git bundle create ada.bundle HEAD), named after the student. Of each copy only what an
/// exercise leaves to the student is read: chapters/*/exercises/*/src/**/*.rs.
///
/// Every program is compiled and played with in a jail of its own, without network, home or other
/// submissions in it. A program that hangs, forks or fills the disk costs its author points, and
/// nobody else anything. This takes bubblewrap (Linux).
///
/// OUT gets results/STUDENT.json, and every score format made of these. The same command again
/// grades only what has changed since, or was not reached before Ctrl-C.
///
/// The exit status is 0 when grading worked, however the class did; 1 when it did not; 2 for wrong
/// usage.
#[derive(Debug, Parser)]
#[command(
    name = "gradebook",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Cli {
    /// Something else than to grade.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// What to grade.
    #[command(flatten)]
    pub grade: Option<Grade>,
}

/// What is graded, and how.
#[derive(Debug, Args)]
pub struct Grade {
    /// The folder with one entry for each student
    #[arg(long, value_name = "DIR")]
    submissions: PathBuf,

    /// The folder for the results; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Grade this exercise, as in 02-notice-eof; may be given more than once. Without it, all
    #[arg(long = "exercise", value_name = "NAME", value_parser = names(), hide_possible_values = true)]
    exercises: Vec<String>,

    /// How many programs are graded at once. They wait most of the time: four for each core is
    /// what keeps the cores busy, and the default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,

    /// Grade the K-th of N parts of the class, to share it among machines; gradebook merge puts
    /// the parts together
    #[arg(long, value_name = "K/N", default_value = "1/1", hide_default_value = true)]
    shard: Shard,

    /// Run the students' programs without a jail, as yourself: they can then read and delete your
    /// files, and change the results. For a machine on which there is nothing to lose
    #[arg(long)]
    no_sandbox: bool,
}

/// What else it can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Put the results of several runs together, and write every score format anew
    Merge {
        /// The --out folders of these runs
        #[arg(required = true, value_name = "DIR")]
        from: Vec<PathBuf>,

        /// The folder for all of them
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },

    /// Play the checks of one exercise on a program: what runs in the jail
    #[command(hide = true)]
    Play {
        /// The exercise
        #[arg(value_parser = names())]
        exercise: String,
        /// A check to play; without it, all
        #[arg(long)]
        only: Vec<String>,
        /// The program
        program: PathBuf,
        /// Chooses the words that are said to it
        seed: u64,
        /// The command that starts the program
        #[arg(last = true)]
        jail: Vec<OsString>,
    },
}

fn names() -> PossibleValuesParser {
    checks::all().iter().map(|exercise| exercise.name).collect::<Vec<_>>().into()
}

impl Grade {
    /// The order that the flags give.
    pub fn order(self) -> Order {
        let wanted = |exercise: &&'static Exercise| {
            self.exercises.is_empty() || self.exercises.iter().any(|name| name == exercise.name)
        };
        Order {
            exercises: checks::all().into_iter().filter(wanted).collect(),
            submissions: self.submissions,
            out: self.out,
            jobs: self.jobs.map_or_else(default_jobs, usize::from),
            sandbox: !self.no_sandbox,
            shard: self.shard,
        }
    }
}
