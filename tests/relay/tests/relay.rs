//! The relay as a program.

use assert_cmd::Command;
use insta::assert_snapshot;

const RELAY: &str = env!("CARGO_BIN_EXE_relay");

#[test]
fn help_reads_like_documentation() {
    for (name, args) in [("help", &["--help"][..]), ("help_udp", &["udp", "--help"])] {
        let help = Command::new(RELAY).args(args).assert().success();
        assert_snapshot!(name, String::from_utf8_lossy(&help.get_output().stdout));
    }
}

#[test]
fn wrong_usage_is_told() {
    for args in [&["udp", "--drop", "lots"][..], &["udp", "--to", "nowhere"], &["ipx"], &[]] {
        Command::new(RELAY).args(args).assert().failure().code(2).stdout("");
    }
}
