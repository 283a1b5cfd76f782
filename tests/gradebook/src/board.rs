//! Who has handed in what, and whose result is complete.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::{SecondsFormat, Utc};

use crate::result::{Graded, SCHEMA, Submission};
use crate::write;

/// One student's exercises, by content.
pub struct Entry {
    /// The student.
    pub student: String,
    /// Why nothing could be read, if nothing could.
    pub problem: Option<String>,
    /// The exercises, in the order of the book.
    pub parts: Vec<Part>,
}

/// One exercise of one student.
#[derive(Clone, Debug)]
pub struct Part {
    /// The hash under which its result will be known.
    pub content: String,
    /// Whether it is another than the starter.
    pub attempted: bool,
}

/// The results so far. Each student's is written as soon as it is complete.
pub struct Board {
    out: PathBuf,
    entries: Vec<Entry>,
    graded: BTreeMap<String, Graded>,
    complete: BTreeMap<usize, Submission>,
}

impl Board {
    /// A board for these students, with what is known from earlier runs.
    pub fn new(out: &Path, entries: Vec<Entry>, graded: BTreeMap<String, Graded>) -> Result<Self> {
        let mut board = Self { out: out.to_owned(), entries, graded, complete: BTreeMap::new() };
        for index in 0..board.entries.len() {
            board.complete(index)?;
        }
        Ok(board)
    }

    /// Adds a result, and completes those students who waited for it.
    pub fn add(&mut self, graded: Graded) -> Result<()> {
        let content = graded.content.clone();
        self.graded.insert(content.clone(), graded);
        for index in 0..self.entries.len() {
            if self.entries[index].parts.iter().any(|part| part.content == content) {
                self.complete(index)?;
            }
        }
        Ok(())
    }

    /// How many students are complete.
    pub fn students(&self) -> usize {
        self.complete.len()
    }

    /// All results that are complete, by student.
    pub fn into_submissions(self) -> Vec<Submission> {
        self.complete.into_values().collect()
    }

    fn complete(&mut self, index: usize) -> Result<()> {
        let entry = &self.entries[index];
        let part = |part: &Part| {
            let graded = self.graded.get(&part.content)?.clone();
            Some(Graded { attempted: part.attempted, ..graded })
        };
        let exercises: Option<Vec<Graded>> = entry.parts.iter().map(part).collect();
        let Some(exercises) = exercises else { return Ok(()) };
        let file = self.out.join(Submission::file(&entry.student));
        let submission = Submission {
            schema: SCHEMA.to_owned(),
            student: entry.student.clone(),
            graded: now(),
            problem: entry.problem.clone(),
            exercises,
        };
        let submission = write_unless_known(&file, submission)?;
        self.complete.insert(index, submission);
        Ok(())
    }
}

/// Leaves a result that says the same as it was, with the time at which it was found.
fn write_unless_known(file: &Path, new: Submission) -> Result<Submission> {
    let known = fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok());
    if let Some(known) = known
        && (Submission { graded: new.graded.clone(), ..Submission::clone(&known) }) == new
    {
        return Ok(known);
    }
    write::json(file, &new)?;
    Ok(new)
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}
