//! The one result from which every score format is made.

use std::path::{Path, PathBuf};

use checks::{Exercise, Outcome, Task, Verdict};
use serde::{Deserialize, Serialize};

use crate::formats::file_name;

/// What is written at the head of each result, and changed when its shape changes.
pub const SCHEMA: &str = "sockets-step-by-step/result/v1";

/// What came of one submission: the content of `results/STUDENT.json`, where
/// STUDENT is what [`file_name()`] makes of the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who handed it in: the name of its folder or file.
    pub student: String,
    /// When it was graded, as RFC 3339 has it, in UTC.
    pub graded: String,
    /// Why nothing could be graded, if nothing could: a zip that is none, for one.
    pub problem: Option<String>,
    /// The exercises, in the order of the book.
    pub exercises: Vec<Graded>,
}

/// What came of one exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graded {
    /// As in `02-notice-eof`.
    pub exercise: String,
    /// The hash of the student's files, and of what graded them: the same content, the same result.
    pub content: String,
    /// False if the files are those of the starter.
    pub attempted: bool,
    /// What the compiler says, if it does not compile.
    pub build_error: Option<String>,
    /// Its checks, in their order.
    pub checks: Vec<Checked>,
}

/// What came of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The check's name.
    pub name: String,
    /// In the words of its `Display`.
    #[serde(with = "InWords")]
    pub verdict: Verdict,
    /// What it has earned: all of `most` for a pass, else 0.
    pub points: u32,
    /// What it is worth.
    pub most: u32,
    /// What happened, what was expected, what came; empty after a pass.
    pub told: String,
    /// The first hint; empty after a pass.
    pub hint: String,
    /// Where the book explains it.
    pub page: String,
}

/// How a result writes a verdict, and reads it back. Any other word is an error.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Verdict", rename_all = "lowercase")]
enum InWords {
    Pass,
    Fail,
    Timeout,
    #[serde(rename = "build error")]
    BuildError,
    #[serde(rename = "grader error")]
    GraderError,
}

impl Checked {
    /// Whether the program did what was demanded.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Pass
    }

    /// The result of a check that has been played.
    pub fn played(task: &Task, outcome: &Outcome) -> Self {
        let passed = outcome.verdict == Verdict::Pass;
        let hint = task.check.hints.first().filter(|_| !passed);
        Self {
            name: task.check.name.to_owned(),
            verdict: outcome.verdict,
            points: if passed { task.check.points } else { 0 },
            most: task.check.points,
            told: if passed { String::new() } else { outcome.told() },
            hint: hint.copied().unwrap_or_default().to_owned(),
            page: task.check.page.to_owned(),
        }
    }

    /// The results of all checks of an exercise whose program does not compile.
    pub fn not_built(exercise: &Exercise) -> Vec<Self> {
        let not_built = |check: &checks::Check| Self {
            name: check.name.to_owned(),
            verdict: Verdict::BuildError,
            points: 0,
            most: check.points,
            told: String::new(),
            hint: String::new(),
            page: check.page.to_owned(),
        };
        exercise.checks.iter().map(not_built).collect()
    }
}

impl Graded {
    /// What it has earned.
    pub fn points(&self) -> u32 {
        self.checks.iter().map(|check| check.points).sum()
    }

    /// What it is worth.
    pub fn most(&self) -> u32 {
        self.checks.iter().map(|check| check.most).sum()
    }
}

impl Submission {
    /// The file of a student's result, seen from the folder of all results.
    pub fn file(student: &str) -> PathBuf {
        Path::new("results").join(format!("{}.json", file_name(student)))
    }

    /// What it has earned.
    pub fn points(&self) -> u32 {
        self.exercises.iter().map(Graded::points).sum()
    }

    /// What it is worth.
    pub fn most(&self) -> u32 {
        self.exercises.iter().map(Graded::most).sum()
    }
}
