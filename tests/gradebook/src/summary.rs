//! What a teacher is told of a run, besides the results.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::cache::is_final;
use crate::result::Submission;
use crate::submissions::Class;

/// What came of a run.
pub struct Summary {
    /// The results.
    pub submissions: Vec<Submission>,
    /// How many programs have been compiled and played with.
    pub programs: usize,
    /// How many results were known from earlier runs.
    pub known: usize,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for submission in &self.submissions {
            if let Some(problem) = &submission.problem {
                writeln!(f, "{}: {}", shown(&submission.student), shown(problem))?;
            }
        }
        let again: Vec<String> = self
            .submissions
            .iter()
            .filter(|submission| !submission.exercises.iter().all(is_final))
            .map(|submission| shown(&submission.student))
            .collect();
        if !again.is_empty() {
            writeln!(f, "The grader itself failed for: {}.", again.join(", "))?;
            writeln!(f, "The same command grades those anew, and nothing else.")?;
        }
        write!(
            f,
            "graded {} in {} s ({} now, {} known from before)",
            count(self.submissions.len(), "submission"),
            self.took.as_secs(),
            count(self.programs, "program"),
            self.known
        )
    }
}

/// A name of a student's, or a text with one in it, as a terminal may show it.
fn shown(text: impl fmt::Display) -> String {
    common::printable(text.to_string().as_bytes())
}

fn count(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// Names what lies among the submissions and is none.
pub fn passed_over(class: &Class) {
    for what in &class.passed_over {
        eprintln!("passed over: {}", shown(what));
    }
}

/// Names the results of students who are not among the submissions any more.
pub fn strangers(out: &Path, submissions: &[Submission]) {
    let Ok(entries) = fs::read_dir(out.join("results")) else { return };
    let known: BTreeSet<_> =
        submissions.iter().map(|known| out.join(Submission::file(&known.student))).collect();
    for file in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let is_result = file.extension().is_some_and(|ending| ending == "json");
        if is_result && !known.contains(&file) {
            let file = shown(file.display());
            eprintln!("left alone: {file}, of an earlier run, is in no table");
        }
    }
}

/// Says what a bubblewrap before 0.8 cannot do.
pub fn warn_of_old_bubblewrap() {
    eprintln!(
        "warning: this bubblewrap cannot forbid the programs to make user namespaces of their own,\n\
         warning: in which more of the kernel is within their reach; 0.8 and newer ones can."
    );
}

/// Says loudly what the lack of a sandbox means.
pub fn warn_of_no_sandbox() {
    eprintln!(
        "warning: --no-sandbox: the students' programs run as you, with all that you may do:\n\
         warning: they can read and delete your files, use your network, and change the results.\n\
         warning: use it only on a machine on which there is nothing to lose."
    );
}
