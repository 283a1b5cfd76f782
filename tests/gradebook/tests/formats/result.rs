//! The result itself: it reads back as it was written.

use gradebook::result::{Checked, Submission};
use serde_json::{Value, json};

use super::schema::{accepts, needs_each, refuses_each, schema};
use super::{classes, every_class};

#[test]
fn it_reads_back_equal() {
    for submission in every_class().flatten() {
        let text = serde_json::to_string_pretty(&submission).expect("any result can be written");
        assert_eq!(serde_json::from_str::<Submission>(&text).expect("it reads back"), submission);
    }
}

#[test]
fn a_word_that_is_no_verdict_is_not_read() {
    let mut broken = value(&classes::small()[0]);
    broken["exercises"][0]["checks"][0]["verdict"] = json!("passed");
    let error = serde_json::from_value::<Submission>(broken).expect_err("only `pass` is one");
    assert!(error.to_string().contains("unknown variant `passed`"), "{error}");
}

#[test]
fn it_is_as_its_schema_says() {
    let schema = schema("result");
    for submission in every_class().flatten() {
        accepts(&schema, &value(&submission));
    }
}

#[test]
fn what_the_grader_makes_is_as_its_schema_says() {
    let schema = schema("result");
    for exercise in checks::all() {
        let mut graded = classes::exercise(exercise.name, &[]);
        graded.checks = Checked::not_built(exercise);
        accepts(&schema, &value(&classes::submission("ada", vec![graded])));
    }
}

#[test]
fn a_broken_one_is_refused() {
    let good = value(&classes::small()[0]);
    needs_each(&schema("result"), &good, &["schema", "student", "graded", "problem", "exercises"]);
    refuses_each(
        &schema("result"),
        &good,
        &[
            ("/schema", json!("sockets-step-by-step/result/v2")),
            ("/student", json!(7)),
            ("/graded", json!("yesterday")),
            ("/graded", json!("2026-11-23T12:00:00+01:00")),
            ("/problem", json!(false)),
            ("/more", json!(1)),
            ("/exercises/0/attempted", json!("yes")),
            ("/exercises/0/content", json!("")),
            ("/exercises/0/checks/0/verdict", json!("passed")),
            ("/exercises/0/checks/0/verdict", json!("fail")), // with the points of a pass
            ("/exercises/0/checks/0/hint", json!("there is none after a pass")),
            ("/exercises/0/checks/1/points", json!(1)),
            ("/exercises/0/checks/1/points", json!(-1)),
            ("/exercises/0/checks/1/most", json!(0.5)),
        ],
    );
}

fn value(submission: &Submission) -> Value {
    serde_json::to_value(submission).expect("any result can be written")
}
