//! Records each chapter's conversation afresh, and compares what the programs called with the
//! recording that the book shows. `make record` renews those that differ.

use std::path::{Path, PathBuf};
use std::{env, fs};

use recordings::timelines::ALL;
use similar::TextDiff;
use timeline::compare::told;
use timeline::files;
use timeline::recording::Waited;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the project")
}

fn file_of(chapter: &str) -> PathBuf {
    root().join("tests/chapters/timelines").join(format!("{chapter}.json"))
}

/// Compares a chapter's recording with what its programs call now.
fn compare(chapter: &str) {
    let file = file_of(chapter);
    let conversation = ALL.iter().find(|it| it.chapter == chapter).expect("it is played");
    let fresh = conversation.record(root());
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

/// What stands in a line that makes this call, by socket2 or by std.
const MADE_BY: &[(&str, &[&str])] = &[
    ("socket", &["Socket::new(", "UdpSocket::bind("]),
    ("bind", &["bind("]),
    ("listen", &["listen("]),
    ("connect", &["connect(", "connect_timeout("]),
    ("accept4", &["accept()"]),
    ("recvfrom", &["read(", "recv(", "recv_from("]),
    ("sendto", &["write_all(", "send(", "send_to("]),
    ("shutdown", &["shutdown("]),
];

#[test]
fn a_call_is_made_by_the_line_that_a_recording_names() {
    for conversation in ALL {
        let recording = files::read(&file_of(conversation.chapter)).expect("it has been recorded");
        let mut seen = 0;
        for call in &recording.calls {
            let Some(source) = &call.source else { continue };
            let Some((_, words)) = MADE_BY.iter().find(|(name, _)| *name == call.name) else {
                continue;
            };
            let text = fs::read_to_string(root().join(&source.file)).expect("a source");
            let line = text.lines().nth(source.line as usize - 1).expect("it has that line");
            let is_it = words.iter().any(|word| line.contains(word));
            assert!(is_it, "{}:{} makes no {}: {line}", source.file, source.line, call.name);
            seen += 1;
        }
        assert!(seen > 4, "chapter {}: {seen} calls with a line", conversation.chapter);
    }
}

#[test]
fn nothing_happens_before_its_cause() {
    for conversation in ALL {
        let recording = files::read(&file_of(conversation.chapter)).expect("it has been recorded");
        let calls = &recording.calls;
        let is_before =
            |cause: usize, call: usize| calls[call].end.is_none_or(|end| calls[cause].start < end);
        let pairs = recording.pairs.iter().map(|it| (it.sent, it.received));
        let accepted = recording.accepted.iter().map(|it| (it.connect, it.accept));
        let woken = calls.iter().enumerate().filter_map(|(call, it)| Some((it.woken_by?, call)));
        for (cause, call) in pairs.chain(accepted).chain(woken) {
            let (one, other) = (&calls[cause].name, &calls[call].name);
            assert!(
                is_before(cause, call),
                "{}: {one} {cause}, {other} {call}",
                conversation.chapter
            );
        }
        for (number, call) in calls.iter().enumerate() {
            let asks_only =
                call.name == "poll" && call.arguments.last().is_some_and(|it| it == "0");
            assert!(!(asks_only && call.waited == Waited::Yes), "poll {number} was given no time");
            assert!(!(call.result == "?" && call.end.is_some()), "{} {number}", call.name);
        }
    }
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
