//! `gradescope/STUDENT/results.json`, held against a schema of Gradescope's documentation.

use gradebook::formats::file_name;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::schema::{accepts, refuses_each, schema};
use super::{Written, classes, every_class};

#[test]
fn a_test_for_each_check() {
    let written = Written::of(&classes::small());
    assert_snapshot!(
        "passes_fails_and_times_out",
        written.read("gradescope/Müller%2C Ben/results.json")
    );
    assert_snapshot!("does_not_compile", written.read("gradescope/chloé/results.json"));
    assert_snapshot!("could_not_be_graded", written.read("gradescope/dev/results.json"));
}

#[test]
fn it_is_as_gradescope_documents_it() {
    let schema = schema("gradescope");
    for class in every_class() {
        let written = Written::of(&class);
        for submission in &class {
            let file = format!("gradescope/{}/results.json", file_name(&submission.student));
            accepts(&schema, &written.json(file));
        }
    }
}

#[test]
fn a_broken_one_is_refused() {
    let good = good();
    refuses_each(
        &schema("gradescope"),
        &good,
        &[
            ("/score", json!("3")),
            ("/output", json!(null)),
            ("/output_format", json!("markdown")),
            ("/visibility", json!("students")),
            ("/stdout_visibility", json!(true)),
            ("/tests", json!({})),
            ("/max-score", json!(10)),
            ("/tests/0/status", json!("pass")),
            ("/tests/0/max-score", json!(1)),
            ("/tests/0/score", json!("1")),
            ("/tests/0/number", json!(1.1)),
            ("/tests/0/name", json!(null)),
        ],
    );
    let mut without_scores = good.clone();
    without_scores.as_object_mut().expect("an object").remove("score");
    accepts(&schema("gradescope"), &without_scores); // the tests have theirs
    without_scores["tests"][0].as_object_mut().expect("an object").remove("score");
    assert!(!schema("gradescope").is_valid(&without_scores));
}

fn good() -> Value {
    Written::of(&classes::small()).json("gradescope/ada/results.json")
}
