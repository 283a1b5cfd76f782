//! The beliefs: what the kernel does with each is compared, so that the book may say so.

use assert_cmd::Command;
use insta::assert_snapshot;
use regex_lite::Regex;

const BELIEFS: &str = env!("CARGO_BIN_EXE_beliefs");

/// What the program prints of one belief.
fn tried(belief: &str) -> String {
    let tried = Command::new(BELIEFS).arg(belief).assert().success().stderr("");
    String::from_utf8_lossy(&tried.get_output().stdout).into_owned()
}

/// Numbers that depend on the machine's buffers become N.
fn with_n(text: &str, numbers: &str) -> String {
    Regex::new(numbers).expect("a valid pattern").replace_all(text, "N$1").into_owned()
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems count the backlog differently")]
fn backlog() {
    assert_snapshot!(tried("backlog"));
}

#[test]
fn empty_send() {
    assert_snapshot!(tried("empty-send"));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the error has other words")]
fn short_send() {
    let text = tried("short-send");
    let taken = Regex::new(r"(\d+) are taken").expect("a valid pattern").captures(&text);
    let taken: usize = taken.expect("a number")[1].parse().expect("a number");
    assert!((1..16 << 20).contains(&taken), "{text}");
    assert_snapshot!(with_n(&text, r"\d+( are taken)"));
}

#[test]
fn datagrams() {
    let text = tried("datagrams");
    let counts = Regex::new(r"(\d+) have arrived, (\d+) of them whole; (\d+) are lost");
    let counts = counts.expect("a valid pattern").captures(&text).expect("three numbers");
    let [arrived, whole, lost] =
        [1, 2, 3].map(|group| counts[group].parse::<u32>().expect("a number"));
    assert!(arrived == whole && arrived > 0 && lost > 0, "{text}");
    assert_snapshot!(with_n(&text, r"\d+( have arrived| of them whole| are lost)"));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the error has other words")]
fn timeouts() {
    assert_snapshot!(tried("timeouts"));
}

#[test]
fn closing() {
    assert_snapshot!(tried("closing"));
}

#[test]
fn all_are_tried_unless_one_is_named() {
    let tried = Command::new(BELIEFS).assert().success();
    let text = String::from_utf8_lossy(&tried.get_output().stdout).into_owned();
    assert_eq!(text.lines().filter(|line| line.starts_with('"')).count(), 6, "{text}");
}

#[test]
fn help() {
    let help = Command::new(BELIEFS).arg("--help").assert().success();
    assert_snapshot!(String::from_utf8_lossy(&help.get_output().stdout));
}
