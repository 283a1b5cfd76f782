//! The tables.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::{
    Played, Stage, chapter_01, chapter_02, chapter_03, chapter_04, chapter_05, chapter_06,
    chapter_07,
};

/// An exercise: a task for a student, and the checks that tell whether a program does it.
pub struct Exercise {
    /// Chapter and name, as in `make grade EX=02-notice-eof`.
    pub name: &'static str,
    /// The folder of its chapter under `chapters/`.
    pub chapter: &'static str,
    /// Its checks, in the order in which a student should meet them.
    pub checks: &'static [Check],
}

/// One demand on a program.
pub struct Check {
    /// What the program does if it is right, in a few words.
    pub name: &'static str,
    /// What it is worth.
    pub points: u32,
    /// Help in steps, each telling more than the one before.
    pub hints: &'static [&'static str],
    /// Where the book explains it: a file in `book/en/`, and a heading in it.
    pub page: &'static str,
    /// How long it may take, from the start of the program; time in which the machine is busy with
    /// something else does not count.
    pub deadline: Duration,
    /// What it needs of the machine.
    pub needs: Needs,
    /// What it does.
    pub play: fn(&Stage) -> Played,
}

/// What a check needs beyond loopback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// `/proc`, and so Linux: the program is looked at from outside.
    Proc,
    /// A mount namespace, and so Linux: the program is shown a hosts file of its own.
    MountNamespace,
}

/// Every exercise, in the order of the book.
pub fn all() -> Vec<&'static Exercise> {
    [
        chapter_01::EXERCISES,
        chapter_02::EXERCISES,
        chapter_03::EXERCISES,
        chapter_04::EXERCISES,
        chapter_05::EXERCISES,
        chapter_06::EXERCISES,
        chapter_07::EXERCISES,
    ]
    .concat()
}

/// The exercise of this name; `None` if there is none.
pub fn exercise(name: &str) -> Option<&'static Exercise> {
    all().into_iter().find(|exercise| exercise.name == name)
}

impl Exercise {
    /// The package in which the student writes: `ex02-notice-eof`.
    pub fn package(&self) -> String {
        format!("ex{}", self.name)
    }

    /// Where that package lies, seen from the top of the workspace.
    pub fn folder(&self) -> String {
        let slug = self.name.split_once('-').map_or(self.name, |(_, slug)| slug);
        format!("chapters/{}/exercises/{slug}", self.chapter)
    }

    /// What all its checks are worth.
    pub fn points(&self) -> u32 {
        self.checks.iter().map(|check| check.points).sum()
    }
}

impl Needs {
    /// What is missing on this machine; `None` if nothing is.
    pub fn missing(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Proc if Path::new("/proc/self/task").exists() => None,
            Self::Proc => Some("needs /proc, and so Linux"),
            Self::MountNamespace if may_make_mount_namespace() => None,
            Self::MountNamespace => Some("needs unshare, and leave to make a mount namespace"),
        }
    }
}

fn may_make_mount_namespace() -> bool {
    let tried = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).output();
    tried.is_ok_and(|output| output.status.success())
}
