//! `junit/STUDENT.xml`, read back by junit-parser.

use checks::Verdict::{BuildError, Fail, GraderError, Pass, Timeout};
use gradebook::formats::file_name;
use gradebook::result::Graded;
use insta::assert_snapshot;
use junit_parser::{TestStatus, TestSuites};

use super::document::Document;
use super::{Written, classes, every_class};

fn parsed(text: &str) -> TestSuites {
    junit_parser::from_reader(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn a_suite_for_each_exercise() {
    let written = Written::of(&classes::small());
    assert_snapshot!("passes_fails_and_times_out", written.read("junit/Müller%2C Ben.xml"));
    assert_snapshot!("does_not_compile", written.read("junit/chloé.xml"));
    assert_snapshot!("has_a_grader_error", written.read("junit/eve.xml"));
    assert_snapshot!("could_not_be_graded", written.read("junit/dev.xml"));
}

#[test]
fn a_verdict_is_a_failure_or_an_error() {
    let graded = classes::exercise("x", &[Pass, Fail, Timeout, BuildError, GraderError]);
    let read = parsed(&written(&graded));
    assert_eq!((read.tests, read.failures, read.errors, read.skipped), (5, 2, 2, 0));
    for (case, checked) in read.suites[0].cases.iter().zip(&graded.checks) {
        assert_eq!(case.original_name, checked.name);
        let verdict = match &case.status {
            TestStatus::Success => "pass",
            TestStatus::Failure(failure) => &failure.failure_type,
            TestStatus::Error(error) => &error.error_type,
            TestStatus::Skipped(_) => panic!("nothing is skipped"),
        };
        assert_eq!(verdict, checked.verdict.to_string());
    }
}

/// Every character of it: read by xml5ever, as junit-parser keeps no white space beside an entity.
#[test]
fn what_was_told_and_the_hint_are_there() {
    let graded = classes::exercise("x", &[Fail, Timeout, GraderError]);
    let read = Document::parse_xml(&written(&graded));
    assert_eq!(read.errors, [""; 0]);
    let cases = read.all("testcase");
    assert_eq!(cases.len(), 3);
    for (case, checked) in cases.iter().zip(&graded.checks) {
        let text = case.text();
        assert!(text.contains(checked.told.trim_end()), "{text}");
        assert!(text.contains(&checked.hint), "{text}");
    }
}

fn written(graded: &Graded) -> String {
    Written::of(&[classes::submission("ada", vec![graded.clone()])]).read("junit/ada.xml")
}

/// What the parser lets through, a stricter one would not: XML 1.0, part 2.2.
#[test]
fn no_character_is_one_that_xml_forbids() {
    let written = Written::of(&classes::hostile());
    for submission in classes::hostile() {
        let text = written.read(format!("junit/{}.xml", file_name(&submission.student)));
        let forbidden = |c: char| matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
        assert!(!text.contains(forbidden), "{text}");
        assert!(!text.contains("&#"), "{text}");
        parsed(&text);
    }
}

#[test]
fn every_result_reads_back() {
    for class in every_class() {
        let written = Written::of(&class);
        for submission in &class {
            let read =
                parsed(&written.read(format!("junit/{}.xml", file_name(&submission.student))));
            let mut names: Vec<_> = read.suites.iter().map(|suite| suite.name.as_str()).collect();
            if submission.problem.is_some() {
                assert_eq!(names.remove(0), "submission");
                assert!(read.suites[0].cases[0].status.is_error());
            }
            let exercises: Vec<_> = submission.exercises.iter().map(|it| &it.exercise).collect();
            assert_eq!(names, exercises);
        }
    }
}
