//! `classroom50/STUDENT/result.json`: the result of an autograder for Classroom 50, in its schema
//! `classroom50/result/v1`.
//!
//! Classroom 50 grades a student's repository in a workflow there, and keeps each result beside a
//! release whose tag begins with `submit/`. So it wants to know more than the scores: see [`Origin`].

use anyhow::{Context, Result};
use chrono::DateTime;
use serde::Serialize;

use super::file_name::digest;
use super::report::{report, shown};
use super::{Class, file_name};
use crate::result::{Graded, Submission};

mod origin;

pub use origin::{Origin, Pushed};

/// The content of `result.json`. The schema allows no other field than these, `graded_at` and
/// `submitted_by`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Record {
    schema: &'static str,
    classroom: String,
    assignment: String,
    #[serde(rename = "assignment_type")]
    assignment_type: &'static str,
    owner: String,
    #[serde(flatten)]
    pushed: Pushed,
    /// When it was graded: nobody knows when it was handed in.
    datetime: String,
    score: u32,
    max_score: u32,
    tests: Vec<Test>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Test {
    test_name: String,
    passed: bool,
    score: u32,
    max_score: u32,
    /// Beyond the schema, which allows further fields in a test.
    output: String,
}

/// What came of a submission, for Classroom 50.
///
/// # Errors
///
/// If the time of the grading is none.
pub fn result(submission: &Submission, origin: &Origin) -> Result<Record> {
    let graded = DateTime::parse_from_rfc3339(&submission.graded);
    let graded = graded.with_context(|| format!("no time: {:?}", submission.graded))?.to_utc();
    let student = &submission.student;
    Ok(Record {
        schema: "classroom50/result/v1",
        classroom: origin.classroom.clone(),
        assignment: origin.assignment.clone(),
        assignment_type: "individual",
        owner: if student.is_empty() { file_name(student) } else { student.clone() },
        pushed: origin.pushed.clone().unwrap_or_else(|| {
            let contents = submission.exercises.iter().map(|it| [&*it.exercise, &it.content]);
            Pushed::local(graded, &digest(&contents.flatten().collect::<Vec<_>>().join("\n")))
        }),
        datetime: graded.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        score: submission.points(),
        max_score: submission.most(),
        tests: tests(submission),
    })
}

/// A test for each check. A submission that could not be graded has one that was not passed and is
/// worth nothing: with no tests at all, it would look like one that had nothing to be graded.
fn tests(submission: &Submission) -> Vec<Test> {
    let problem = submission.problem.iter().map(|problem| Test {
        test_name: "the submission can be graded".to_owned(),
        passed: false,
        score: 0,
        max_score: 0,
        output: shown(problem),
    });
    problem.chain(submission.exercises.iter().flat_map(of_exercise)).collect()
}

fn of_exercise(graded: &Graded) -> impl Iterator<Item = Test> {
    graded.checks.iter().map(|checked| Test {
        test_name: format!("{}: {}", graded.exercise, checked.name),
        passed: checked.passed(),
        score: checked.points,
        max_score: checked.most,
        output: report(graded, checked),
    })
}
