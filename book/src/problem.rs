//! What is wrong with a page, and where.

use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, from the root of the project.
    pub file: PathBuf,
    /// Its line, counted from 1.
    pub line: usize,
    /// What is wrong there, and what to do.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

/// Everything that is wrong, in the order of files and lines.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Notes one more.
    pub fn add(&mut self, file: &Path, line: usize, what: impl fmt::Display) {
        self.0.push(Problem { file: file.to_owned(), line, what: what.to_string() });
    }

    /// `Ok` if nothing is wrong.
    pub fn result(mut self) -> Result<(), Self> {
        self.0.sort();
        self.0.dedup();
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}")?;
        }
        let count = self.0.len();
        write!(f, "{count} {} in the book", if count == 1 { "problem" } else { "problems" })
    }
}

impl std::error::Error for Problems {}
