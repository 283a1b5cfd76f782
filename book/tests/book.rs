//! The program `book`: its help, wrong usage, and what mdBook asks of it.

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use insta::assert_snapshot;

fn run(args: &[&str]) -> Assert {
    Command::new(env!("CARGO_BIN_EXE_book")).args(args).assert()
}

fn stdout(done: &Assert) -> String {
    String::from_utf8_lossy(&done.get_output().stdout).into_owned()
}

fn stderr(done: &Assert) -> String {
    String::from_utf8_lossy(&done.get_output().stderr).into_owned()
}

#[test]
fn help() {
    assert_snapshot!(stdout(&run(&["--help"]).success()));
}

#[test]
fn help_serve() {
    assert_snapshot!(stdout(&run(&["serve", "--help"]).success()));
}

#[test]
fn wrong_usage_is_told() {
    let refuses = |args: &[&str], why: &str| {
        let told = stderr(&run(args).code(2).stdout(""));
        assert!(told.starts_with("error: ") && told.contains(why), "{args:?}: {told}");
    };
    refuses(&["opne"], "unrecognized subcommand 'opne'");
    refuses(&["serve", "--port", "65536"], "65536 is not in 0..=65535");
    refuses(&["serve", "--prot", "1"], "a similar argument exists: '--port'");
}

#[test]
fn mdbook_is_told_that_every_renderer_is_served() {
    run(&["preprocess", "supports", "html"]).success().stdout("").stderr("");
}

#[test]
fn what_mdbook_never_sends_is_an_error() {
    let failed = run(&["preprocess"]).code(1).stdout("");
    assert!(stderr(&failed).starts_with("error: Unable to parse the input"));
}
