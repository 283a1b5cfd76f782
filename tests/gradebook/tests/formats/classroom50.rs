//! `classroom50/STUDENT/result.json`, held against a schema of what Classroom 50 takes.

use checks::Verdict;
use gradebook::formats::classroom50::{Origin, result};
use gradebook::formats::{Class, file_name};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::schema::{accepts, needs_each, refuses_each, schema};
use super::{Written, classes, every_class};

#[test]
fn a_test_for_each_check() {
    let written = Written::of(&classes::small());
    assert_snapshot!(
        "passes_fails_and_times_out",
        written.read("classroom50/Müller%2C Ben/result.json")
    );
    assert_snapshot!("could_not_be_graded", written.read("classroom50/dev/result.json"));
}

#[test]
fn it_is_as_classroom_50_takes_it() {
    let schema = schema("classroom50");
    for class in every_class() {
        let written = Written::of(&class);
        for submission in &class {
            let file = format!("classroom50/{}/result.json", file_name(&submission.student));
            let result = written.json(file);
            accepts(&schema, &result);
            for scored in result["tests"].as_array().expect("an array").iter().chain([&result]) {
                assert!(scored["score"].as_u64() <= scored["max-score"].as_u64(), "{scored}");
            }
        }
    }
}

#[test]
fn a_broken_one_is_refused() {
    let good = Written::of(&classes::small()).json("classroom50/ada/result.json");
    let schema = schema("classroom50");
    let fields: Vec<_> = good.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(fields.len(), 13);
    needs_each(&schema, &good, &fields);
    refuses_each(
        &schema,
        &good,
        &[
            ("/schema", json!("classroom50/result/v2")),
            ("/classroom", json!("")),
            ("/assignment", json!("")),
            ("/assignment_type", json!("pair")),
            ("/owner", json!("")),
            ("/submission", json!("v1.0")),
            ("/commit", json!("")),
            ("/release", json!(null)),
            ("/review", json!("")),
            ("/datetime", json!("2026-11-23T12:00:00+00:00")),
            ("/datetime", json!("2026-11-23T12:00:00.5Z")),
            ("/graded_at", json!("2026-11-23")),
            ("/submitted_by", json!({ "id": 1 })),
            ("/score", json!(-1)),
            ("/score", json!(1.5)),
            ("/max-score", json!("10")),
            ("/max_score", json!(10)),
            ("/tests", json!(null)),
            ("/tests/0/test-name", json!("")),
            ("/tests/0/passed", json!("true")),
            ("/tests/0/score", json!(-1)),
            ("/tests/0/max-score", json!(null)),
        ],
    );
}

/// The result of a class of `students`, where the environment holds these variables.
fn in_workflow(students: usize, variables: &[(&str, &str)]) -> Value {
    let class = &classes::small()[..students];
    let class = Class::of(class).expect("no student is there twice");
    let origin = Origin::of_class(&class, |name| {
        let variable = variables.iter().find(|(variable, _)| *variable == name);
        variable.map(|(_, value)| (*value).to_owned())
    });
    let result = result(class.submissions[0], &origin).expect("it was graded at a time");
    let result = serde_json::to_value(result).expect("any result can be written");
    accepts(&schema("classroom50"), &result);
    result
}

#[test]
fn a_workflow_tells_where_a_submission_is_kept() {
    let variables = [
        ("CLASSROOM", "networks"),
        ("ASSIGNMENT", "sockets"),
        ("SUBMISSION_TAG", "submit/2026-11-23T11-59-00Z-abcdef0"),
        ("COMMIT_URL", "https://example.org/commit/abcdef0"),
        ("RELEASE_URL", "https://example.org/release"),
        ("REVIEW_URL", ""),
    ];
    let told = in_workflow(1, &variables);
    assert_eq!((&told["classroom"], &told["assignment"]), (&json!("networks"), &json!("sockets")));
    assert_eq!(told["submission"], "submit/2026-11-23T11-59-00Z-abcdef0");
    assert_eq!(told["commit"], "https://example.org/commit/abcdef0");
    assert_eq!(told["release"], "https://example.org/release");
    assert_eq!(told["review"], told["commit"]);
    // Of a class, it tells only what is so for every student.
    let of_class = in_workflow(2, &variables);
    assert_eq!(of_class["classroom"], "networks");
    assert_eq!(of_class["release"], "local");
}

#[test]
fn half_a_workflow_is_none() {
    let tagged =
        |tag| in_workflow(1, &[("SUBMISSION_TAG", tag), ("COMMIT_URL", "c"), ("RELEASE_URL", "r")]);
    assert_eq!(tagged("submit/1")["submission"], "submit/1");
    assert_eq!(tagged("v1.0")["release"], "local");
    assert_eq!(tagged("")["release"], "local");
    assert_eq!(in_workflow(1, &[("COMMIT_URL", "c")])["release"], "local");
}

#[test]
fn any_way_to_write_a_time_in_utc_is_taken() {
    for time in
        ["2026-11-23T12:00:00Z", "2026-11-23T12:00:00.25+00:00", "2026-11-23T13:00:00+01:00"]
    {
        let mut submission = classes::submission("ada", vec![]);
        submission.graded = time.into();
        let told = Written::of(&[submission]).json("classroom50/ada/result.json");
        assert_eq!(told["datetime"], "2026-11-23T12:00:00Z");
        let tag = told["submission"].as_str().expect("a text");
        assert!(tag.starts_with("submit/2026-11-23T12-00-00Z-"), "{tag}");
    }
}

/// The same files, the same hash; other files, another.
#[test]
fn the_hash_is_that_of_the_content() {
    let commit = |content: &str| {
        let mut graded = classes::exercise("02-notice-eof", &[Verdict::Pass]);
        graded.content = content.into();
        let written = Written::of(&[classes::submission("ada", vec![graded])]);
        written.json("classroom50/ada/result.json")["commit"].clone()
    };
    assert_eq!(commit("1"), commit("1"));
    assert_ne!(commit("1"), commit("2"));
}
