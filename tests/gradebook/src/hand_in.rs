//! Reads what a class has handed in, and finds out what of it is to be graded: the same content
//! once, and what earlier runs have graded not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use checks::Exercise;

use crate::board::{Entry, Part};
use crate::cache::Cache;
use crate::permits::at_once;
use crate::result::Graded;
use crate::sandbox::Sandbox;
use crate::submissions::{Files, HandedIn, Student};
use crate::workshop::Work;

/// Where submissions are handed in.
pub struct Desk<'a> {
    /// The exercises, in the order of the book.
    pub exercises: &'a [&'static Exercise],
    /// What students start from.
    pub starters: BTreeMap<&'static str, HandedIn>,
    /// What earlier runs have found.
    pub cache: &'a Cache,
}

/// What a class has handed in.
pub struct Pile {
    /// Who has handed in what.
    pub entries: Vec<Entry>,
    /// The results that are known already.
    pub known: BTreeMap<String, Graded>,
    /// What is to be graded.
    pub work: Vec<Work>,
}

/// What one student has handed in, or why nothing can be read.
type ReadCopy = Result<BTreeMap<&'static str, HandedIn>, String>;

impl Desk<'_> {
    /// Reads all submissions.
    pub fn read(&self, students: &[Student], sandbox: &Sandbox, scratch: &Path) -> Pile {
        let mut pile = Pile { entries: Vec::new(), known: BTreeMap::new(), work: Vec::new() };
        let mut seen = BTreeSet::new();
        for (student, copy) in students.iter().zip(self.copies(students, sandbox, scratch)) {
            let mut parts = Vec::new();
            for exercise in self.exercises {
                let handed_in = match &copy {
                    Ok(handed_in) => handed_in[exercise.name].clone(),
                    Err(problem) => Err(problem.clone()),
                };
                let content = self.cache.content(exercise, &handed_in);
                let attempted = self.attempted(exercise, &handed_in);
                parts.push(Part { content: content.clone(), attempted });
                if !seen.insert(content.clone()) {
                    continue; // somebody else has handed in the same
                }
                match self.cache.get(&content) {
                    Some(graded) => drop(pile.known.insert(content, graded)),
                    None => pile.work.push(Work { exercise, content, handed_in }),
                }
            }
            pile.entries.push(Entry { student: student.name.clone(), problem: copy.err(), parts });
        }
        pile
    }

    /// Several at once: git takes its time.
    fn copies(&self, students: &[Student], sandbox: &Sandbox, scratch: &Path) -> Vec<ReadCopy> {
        let copies = Mutex::new(BTreeMap::new());
        let read = |(index, student): (usize, &Student)| {
            let copy = student.read(self.exercises, sandbox, scratch);
            let copy = copy.map_err(|why| format!("{why:#}"));
            copies.lock().unwrap_or_else(PoisonError::into_inner).insert(index, copy);
            Ok::<(), Infallible>(())
        };
        let Ok(()) = at_once(4, students.iter().enumerate(), read);
        copies.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
    }

    /// Whether the student has handed in anything else than the starter, be it what cannot be read.
    /// How lines end is git's business on Windows.
    fn attempted(&self, exercise: &Exercise, handed_in: &HandedIn) -> bool {
        let plain = |files: &Files| -> Files {
            let plain = |bytes: &Vec<u8>| bytes.iter().copied().filter(|it| *it != b'\r').collect();
            files.iter().map(|(name, bytes)| (name.clone(), plain(bytes))).collect()
        };
        let starter = self.starters.get(exercise.name).and_then(|starter| starter.as_ref().ok());
        handed_in.as_ref().map_or(true, |files| starter.map(&plain) != Some(plain(files)))
    }
}
