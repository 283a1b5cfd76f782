//! Records each chapter's conversation afresh, and compares what the programs called with the
//! recording that the book shows. `make record` renews those that differ.

use std::env;
use std::path::Path;

use recordings::timelines::ALL;
use similar::TextDiff;
use timeline::compare::told;
use timeline::files;

/// Compares a chapter's recording with what its programs call now.
fn compare(chapter: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the project");
    let file = root.join("tests/chapters/timelines").join(format!("{chapter}.json"));
    let conversation = ALL.iter().find(|it| it.chapter == chapter).expect("it is played");
    let fresh = conversation.record(root);
    assert_eq!(fresh.not_understood, [""; 0], "every line of strace is understood");
    let now = told(&fresh);
    let before = match file.exists() {
        true => told(&files::read(&file).unwrap_or_else(|error| panic!("{error:#}"))),
        false => String::new(),
    };
    if now == before {
        return;
    }
    if env::var("INSTA_UPDATE").is_ok_and(|it| it == "always") {
        files::save(&file, &files::json(&fresh)).expect("the recording can be written");
        return;
    }
    let diff = TextDiff::from_lines(&before, &now);
    let diff = diff.unified_diff().header("recorded", "now").to_string();
    panic!(
        "chapter {chapter} calls something else than its timeline shows: `make record` renews it\n{diff}"
    );
}

macro_rules! compared {
    ($($name:ident $chapter:literal)*) => {
        /// The chapters that are compared below.
        const COMPARED: &[&str] = &[$($chapter),*];

        $(
        harness::test_with! { recording_tools,
            fn $name() {
                compare($chapter);
            }
        }
        )*
    };
}

#[test]
fn every_conversation_is_compared() {
    assert_eq!(ALL.iter().map(|it| it.chapter).collect::<Vec<_>>(), COMPARED);
}

compared! {
    chapter_01 "01"
    chapter_02 "02"
    chapter_03 "03"
    chapter_04 "04"
    chapter_05 "05"
    chapter_06 "06"
    chapter_07 "07"
}
