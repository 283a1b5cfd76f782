//! A class: submissions in the order of their students, and what can be said of all of them.

use std::collections::HashSet;

use anyhow::{Result, ensure};
use checks::Verdict;

use crate::result::{Checked, Graded, Submission};

/// All submissions, and the exercises and checks that are in any of them.
pub struct Class<'a> {
    /// Sorted by student, capitals and small letters alike.
    pub submissions: Vec<&'a Submission>,
    /// The exercises, in the order in which they are met.
    pub exercises: Vec<Column<'a>>,
}

/// An exercise, as columns of a table: one for each check.
pub struct Column<'a> {
    /// As in `02-notice-eof`.
    pub exercise: &'a str,
    /// The checks by name, in their order.
    pub checks: Vec<&'a str>,
}

/// How many students came how far with a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// They passed.
    pub passed: usize,
    /// They wrote something, and did not pass.
    pub stuck: usize,
    /// They handed in the starter, and it does not pass.
    pub untouched: usize,
    /// There is no result for them, or the grader erred.
    pub ungraded: usize,
}

impl<'a> Class<'a> {
    /// Sorts the submissions.
    ///
    /// # Errors
    ///
    /// If two are the same student's: one would overwrite the other.
    pub fn of(submissions: &'a [Submission]) -> Result<Self> {
        let mut students = HashSet::new();
        for Submission { student, .. } in submissions {
            ensure!(students.insert(student), "there are two results for the student {student:?}");
        }
        let mut submissions: Vec<_> = submissions.iter().collect();
        submissions.sort_by_cached_key(|it| (it.student.to_lowercase(), &it.student));
        let mut exercises = Vec::new();
        for graded in submissions.iter().flat_map(|submission| &submission.exercises) {
            Column::add(&mut exercises, graded);
        }
        Ok(Self { submissions, exercises })
    }

    /// How far the class came with one check.
    pub fn count(&self, exercise: &str, check: &str) -> Counted {
        let mut counted = Counted::default();
        for submission in &self.submissions {
            let count = match find(submission, exercise, check) {
                None => &mut counted.ungraded,
                Some((graded, checked)) => match checked.verdict {
                    Verdict::Pass => &mut counted.passed,
                    _ if !graded.attempted => &mut counted.untouched,
                    Verdict::GraderError => &mut counted.ungraded,
                    _ => &mut counted.stuck,
                },
            };
            *count += 1;
        }
        counted
    }
}

impl<'a> Column<'a> {
    fn add(columns: &mut Vec<Self>, graded: &'a Graded) {
        let known = columns.iter().position(|column| column.exercise == graded.exercise);
        let index = known.unwrap_or_else(|| {
            columns.push(Self { exercise: &graded.exercise, checks: Vec::new() });
            columns.len() - 1
        });
        for Checked { name, .. } in &graded.checks {
            let checks = &mut columns[index].checks;
            if !checks.contains(&name.as_str()) {
                checks.push(name);
            }
        }
    }
}

/// What came of one check for one student; `None` if it was not made.
pub fn find<'a>(
    submission: &'a Submission,
    exercise: &str,
    check: &str,
) -> Option<(&'a Graded, &'a Checked)> {
    let graded = submission.exercises.iter().find(|graded| graded.exercise == exercise)?;
    let checked = graded.checks.iter().find(|checked| checked.name == check)?;
    Some((graded, checked))
}
