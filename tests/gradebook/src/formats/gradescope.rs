//! `gradescope/STUDENT/results.json`: what Gradescope reads from an autograder.
//!
//! Names and types are those of "Autograder Specifications", part "Output format", at
//! <https://gradescope-autograders.readthedocs.io/en/latest/specs/>. Scores are numbers there; ours
//! are whole ones. A `score` at the top overrides the sum of the tests: ours is that sum, and it is
//! there for a submission that has no tests.

use serde::Serialize;

use super::report::{report, shown};
use crate::result::{Checked, Graded, Submission};

/// The content of `results.json`.
#[derive(Debug, Serialize)]
pub struct Results {
    score: u32,
    /// Relevant to the whole submission.
    output: String,
    /// `text`: nothing in it is taken for markup. The two that follow are the tests' defaults.
    output_format: &'static str,
    test_output_format: &'static str,
    test_name_format: &'static str,
    /// Of the tests. `visible` means that students see them, and at once.
    visibility: &'static str,
    /// `hidden`: what the gradebook prints names other students.
    stdout_visibility: &'static str,
    tests: Vec<Test>,
}

#[derive(Debug, Serialize)]
struct Test {
    score: u32,
    max_score: u32,
    /// `passed` or `failed`, and nothing else.
    status: &'static str,
    name: String,
    /// As in `2.1`: the first check of the second exercise.
    number: String,
    output: String,
    visibility: &'static str,
}

/// What came of a submission, for Gradescope.
pub fn results(submission: &Submission) -> Results {
    let exercises = submission.exercises.iter().enumerate();
    let tests = exercises.flat_map(|(exercise, graded)| {
        let checks = graded.checks.iter().enumerate();
        checks.map(move |(check, checked)| {
            test(graded, checked, format!("{}.{}", exercise + 1, check + 1))
        })
    });
    Results {
        score: submission.points(),
        output: output(submission),
        output_format: "text",
        test_output_format: "text",
        test_name_format: "text",
        visibility: "visible",
        stdout_visibility: "hidden",
        tests: tests.collect(),
    }
}

fn test(graded: &Graded, checked: &Checked, number: String) -> Test {
    let passed = checked.passed();
    let verdict = if passed { String::new() } else { format!("{}\n", checked.verdict) };
    Test {
        score: checked.points,
        max_score: checked.most,
        status: if passed { "passed" } else { "failed" },
        name: format!("{}: {}", graded.exercise, checked.name),
        number,
        output: verdict + &report(graded, checked),
        visibility: "visible",
    }
}

fn output(submission: &Submission) -> String {
    if let Some(problem) = &submission.problem {
        return format!("nothing could be graded: {}\n", shown(problem));
    }
    let mut text = format!("{} of {} points\n", submission.points(), submission.most());
    for graded in &submission.exercises {
        let note = match graded {
            Graded { attempted: false, .. } => ", not attempted",
            Graded { build_error: Some(_), .. } => ", does not compile",
            _ => "",
        };
        let (points, most) = (graded.points(), graded.most());
        text += &format!("{}: {points} of {most}{note}\n", graded.exercise);
    }
    text
}
