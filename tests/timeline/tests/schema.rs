//! The schema of a recording's file: as it is published, and as recordings are.

use std::path::{Path, PathBuf};
use std::{env, fs};

use timeline::files::{json, save, schema};
use timeline::record::{Run, recording};

mod traces;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[test]
fn what_is_published_is_up_to_date() {
    let file = folder().join("recording.schema.json");
    let published = fs::read_to_string(&file).unwrap_or_default();
    if env::var("INSTA_UPDATE").is_ok_and(|it| it == "always") {
        save(&file, &schema()).expect("the schema can be written");
    } else {
        assert!(published == schema(), "{}: `make record` renews it", file.display());
    }
}

#[test]
fn recordings_are_as_the_schema_says() {
    let schema = serde_json::from_str(&schema()).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let timelines = folder().join("../chapters/timelines");
    let files = fs::read_dir(timelines).expect("there is a folder of recordings");
    let committed = files.flatten().map(|file| file.path());
    let committed = committed.filter(|file| file.extension().is_some_and(|it| it == "json"));
    let mut all: Vec<_> =
        committed.map(|file| fs::read_to_string(file).expect("a file of text")).collect();
    let python = Run::from(traces::recorded("python.txt").as_str());
    all.push(json(&recording("All that there is", &[python], None, |_| None)));
    for text in all {
        let value = serde_json::from_str(&text).expect("a recording is JSON");
        let wrong: Vec<_> = validator.iter_errors(&value).map(|it| it.to_string()).collect();
        assert_eq!(wrong, [""; 0]);
    }
    assert!(!validator.is_valid(&serde_json::json!({"version": "1"})));
}
