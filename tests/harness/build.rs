//! Finds out what this machine has for the tests that need more than Rust, so that a test that
//! cannot run shows as ignored, with its reason, and never as passed (see `src/needs.rs`).
//!
//! With REQUIRE_ALL_TESTS set, as in CI, nothing is ignored: what is missing fails its test.

use std::env;
use std::ffi::OsStr;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=REQUIRE_ALL_TESTS");
    println!("cargo::rerun-if-env-changed=PATH");
    let all = env::var_os("REQUIRE_ALL_TESTS").is_some();
    let path = env::var_os("PATH").unwrap_or_default();
    for tool in ["git", "python3", "strace"] {
        println!("cargo::rustc-check-cfg=cfg(has_{tool})");
        if all || installed(tool, &path) {
            println!("cargo::rustc-cfg=has_{tool}");
        }
    }
    println!("cargo::rustc-check-cfg=cfg(has_ipv6)");
    if all || UdpSocket::bind("[::1]:0").is_ok() {
        println!("cargo::rustc-cfg=has_ipv6");
    }
    println!("cargo::rustc-check-cfg=cfg(has_mount_namespaces)");
    if all || may_unshare("--mount") {
        println!("cargo::rustc-cfg=has_mount_namespaces");
    }
    println!("cargo::rustc-check-cfg=cfg(has_bubblewrap)");
    if all || (installed("bwrap", &path) && may_make_jail()) {
        println!("cargo::rustc-cfg=has_bubblewrap");
    }
    println!("cargo::rustc-check-cfg=cfg(has_recording_tools)");
    if all || (RECORDED_WITH.into_iter().all(is_version) && may_unshare("--net")) {
        println!("cargo::rustc-cfg=has_recording_tools");
    }
}

/// Where the recordings look for their tools (see `tests/recordings/src/recorder.rs`).
const SYSTEM_PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// What the recordings were made with: other versions lay out the same facts in other ways.
const RECORDED_WITH: [(&str, &str, &str); 7] = [
    ("ip", "-V", "iproute2"),
    ("nc", "-h", "OpenBSD"),
    ("ps", "-V", "procps"),
    ("python3", "-V", "Python 3"),
    ("ss", "-V", "iproute2-6.1."),
    ("strace", "-V", "version 6.1\n"),
    ("tcpdump", "--version", "version 4.99."),
];

fn is_version((tool, flag, version): (&str, &str, &str)) -> bool {
    let output = Command::new(tool).arg(flag).env("PATH", SYSTEM_PATH).output();
    let says = |text: &[u8]| String::from_utf8_lossy(text).contains(version);
    installed(tool, OsStr::new(SYSTEM_PATH))
        && output.is_ok_and(|it| says(&it.stdout) || says(&it.stderr))
}

fn may_unshare(namespace: &str) -> bool {
    let tried = Command::new("unshare").args(["--map-root-user", namespace, "true"]).status();
    tried.is_ok_and(|status| status.success())
}

fn may_make_jail() -> bool {
    let jail = ["--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"];
    let tried = Command::new("bwrap").args(jail).output();
    tried.is_ok_and(|output| output.status.success())
}

fn installed(tool: &str, path: &OsStr) -> bool {
    let found: Vec<PathBuf> = env::split_paths(path).map(|d| d.join(tool)).collect();
    // A file that is missing makes cargo run this script again; one that is there, only its change.
    let first = found.iter().find(|file| file.is_file());
    let watch = first.or(found.first());
    if let Some(file) = watch {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    first.is_some()
}
