//! `junit/STUDENT.xml`: the format of JUnit, which everything reads that shows the tests of a build.
//!
//! A test suite is an exercise, a test case a check. A check that fails or times out is a
//! `<failure>`; one that could not be made, since the program does not compile or the grader erred,
//! is an `<error>`. Points have no place in the format: they are properties of the test case.

use anyhow::{Context, Result};
use checks::Verdict;
use chrono::DateTime;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::report::{report as words, shown, shown_in_line};
use crate::result::{Checked, Graded, Submission};

/// What came of a submission, as XML.
///
/// XML forbids most control characters, even escaped. What may hold some is shown with
/// `shown`, before quick-junit would drop them without a trace.
///
/// # Errors
///
/// If the time of the grading is none.
pub fn report(submission: &Submission) -> Result<String> {
    let mut report = Report::new(shown_in_line(&submission.student));
    let graded = DateTime::parse_from_rfc3339(&submission.graded);
    report.set_timestamp(graded.with_context(|| format!("no time: {:?}", submission.graded))?);
    if let Some(problem) = &submission.problem {
        report.add_test_suite(nothing_graded(problem));
    }
    report.add_test_suites(submission.exercises.iter().map(suite));
    Ok(report.to_string()?)
}

fn nothing_graded(problem: &str) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message("nothing could be graded").set_description(shown(problem));
    let mut suite = TestSuite::new("submission");
    let mut case = TestCase::new("can be graded", status);
    case.set_classname("submission");
    suite.add_test_case(case);
    suite
}

fn suite(graded: &Graded) -> TestSuite {
    let name = shown_in_line(&graded.exercise);
    let mut suite = TestSuite::new(&name);
    suite.add_property(("attempted", graded.attempted.to_string().as_str()));
    for checked in &graded.checks {
        let mut case = TestCase::new(shown_in_line(&checked.name), status(graded, checked));
        case.set_classname(&name);
        case.add_property(("points", checked.points.to_string().as_str()));
        case.add_property(("most", checked.most.to_string().as_str()));
        suite.add_test_case(case);
    }
    suite
}

fn status(graded: &Graded, checked: &Checked) -> TestCaseStatus {
    let kind = match checked.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Fail | Verdict::Timeout => NonSuccessKind::Failure,
        Verdict::BuildError | Verdict::GraderError => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(format!("{}: {}", checked.verdict, shown_in_line(&checked.name)));
    status.set_type(checked.verdict.to_string()).set_description(words(graded, checked));
    status
}
