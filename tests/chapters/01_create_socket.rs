//! Chapter 01: what the kernel tells about a socket, compared with what a test can find out itself.

use std::fs;

use assert_cmd::Command;
use harness::{Program, Scene};
use insta::assert_snapshot;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, starts_with};
use socket2::{Domain, Socket, Type};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ch01-create-socket");

/// Runs the program to its end. Returns what it printed, with what differs from run to run checked
/// and then replaced: ports, the descriptor, the process id in a path, and measured times.
fn run(args: &[&str]) -> String {
    let scene = Scene::new();
    scene.start("program", PROGRAM, args).exits_with(0);
    scene.terminal("program").lines().map(|line| stable(line) + "\n").collect()
}

fn stable(line: &str) -> String {
    if let Some(number) = line.strip_prefix("  descriptor") {
        let number: u32 = number.trim().parse().expect("a descriptor is a number");
        assert!(number > 2, "0, 1 and 2 are the standard streams, not {number}");
        return line.replace(&number.to_string(), "3");
    }
    if let Some((before, after)) = line.split_once(" nothing after ") {
        let (seconds, rest) = after.split_once(' ').expect("a unit follows");
        let seconds: f64 = seconds.parse().expect("a time is a number");
        let limit = if before.contains("timeout of 500ms") { 0.5 } else { 0.0 };
        assert!(seconds >= limit, "it returned before its time: {line}");
        return format!("{before} nothing after {limit:.2} {rest}");
    }
    // The path of a Unix socket: the folder for temporary files, and the process id.
    let path = |text: &str| text.rsplit_once(' ').map(|(before, _)| before.trim_end().to_owned());
    match line.split_once(".sock") {
        Some((start, end)) => {
            let start = path(start).expect("a word stands before the path");
            let gap = if start.ends_with("bind") { "     " } else { " " };
            format!("{start}{gap}/tmp/ch01-4711.sock{end}")
        }
        None => line.into(),
    }
}

/// A size that this system's kernel gives to new sockets becomes what most kernels give.
fn with_usual_buffers(output: String, domain: Domain, kind: Type) -> String {
    let socket = Socket::new(domain, kind, None).expect("a socket of this kind");
    let (receive, send) = (socket.recv_buffer_size(), socket.send_buffer_size());
    let stream = domain != Domain::UNIX && kind == Type::STREAM;
    let (usual_receive, usual_send) = if stream { (131_072, 16_384) } else { (212_992, 212_992) };
    output
        .replace(&row("SO_RCVBUF", receive.expect("a size")), &row("SO_RCVBUF", usual_receive))
        .replace(&row("SO_SNDBUF", send.expect("a size")), &row("SO_SNDBUF", usual_send))
}

fn row(option: &str, size: usize) -> String {
    format!("  {option:12}  {size:<8}  ")
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems have other words, and other families")]
fn all_pairs_and_both_ways_to_wait() {
    assert_snapshot!(run(&[]));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems have other words")]
fn inet_stream() {
    let output = run(&["--family", "inet", "--type", "stream"]);
    assert_snapshot!(with_usual_buffers(output, Domain::IPV4, Type::STREAM));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems have other words")]
fn inet_dgram() {
    let output = run(&["--type", "dgram"]);
    assert_snapshot!(with_usual_buffers(output, Domain::IPV4, Type::DGRAM));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems have other words")]
fn unix_stream() {
    let output = run(&["--family", "unix"]);
    assert_snapshot!(with_usual_buffers(output, Domain::UNIX, Type::STREAM));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems have other words")]
fn unix_dgram() {
    let output = run(&["--family", "unix", "--type", "dgram"]);
    assert_snapshot!(with_usual_buffers(output, Domain::UNIX, Type::DGRAM));
}

harness::test_with! { ipv6,
    #[cfg_attr(not(target_os = "linux"), ignore = "other systems have other words")]
    fn inet6_stream() {
        let output = run(&["--family", "inet6"]);
        assert_snapshot!(with_usual_buffers(output, Domain::IPV6, Type::STREAM));
    }
}

harness::test_with! { ipv6,
    #[cfg_attr(not(target_os = "linux"), ignore = "other systems have other words")]
    fn inet6_dgram() {
        let output = run(&["--family", "inet6", "--type", "dgram"]);
        assert_snapshot!(with_usual_buffers(output, Domain::IPV6, Type::DGRAM));
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the limits are those of Linux")]
fn a_buffer_is_doubled_and_bounded_on_both_sides() {
    let limit = |file: &str| -> usize {
        let text = fs::read_to_string(file).expect("Linux tells the limit");
        text.trim().parse().expect("it is a number")
    };
    let after = |size: &str| {
        let output = run(&["--type", "dgram", "--buffer", size]);
        let read_again = |option: &str| -> usize {
            let line = output.lines().find(|line| line.contains(option)).expect("a row for it");
            line.split_whitespace().last().expect("a last column").parse().expect("a number")
        };
        (read_again("SO_RCVBUF"), read_again("SO_SNDBUF"))
    };
    assert_eq!(after("10000"), (20_000, 20_000));
    let receive = limit("/proc/sys/net/core/rmem_max");
    let send = limit("/proc/sys/net/core/wmem_max");
    assert_eq!(after("2147483647"), (2 * receive, 2 * send));
    let least = after("1");
    assert!(least.0 > 2 && least.1 > 2, "more than twice what was asked: {least:?}");
}

#[test]
#[cfg_attr(not(unix), ignore = "the file is a Unix socket's name")]
fn a_unix_socket_leaves_no_file_behind() {
    let folder = tempfile::tempdir().expect("a new folder");
    let mut command = Command::new(PROGRAM);
    command.args(["--family", "unix", "--timeout", "0.01"]).env("TMPDIR", folder.path());
    let start_of_path = format!("{}/ch01-", folder.path().display());
    command.assert().success().stdout(contains(start_of_path));
    assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 0);
}

#[test]
fn blocking_waits_until_it_is_ended_from_outside() {
    let waits = |kind: &str| {
        let scene = Scene::new();
        let program = scene.start("program", PROGRAM, &["--type", kind, "--block"]);
        program.prints("blocking: waits for ever");
        program.comes_to_rest(); // in the call, using no CPU
        program.stop();
        assert!(!scene.transcript().contains("something arrived"), "{}", scene.transcript());
    };
    waits("stream");
    waits("dgram");
}

#[test]
fn what_arrives_ends_the_wait() {
    let address = |program: &Program| {
        let line = program.prints("address after bind");
        line.split_whitespace().last().and_then(|word| word.parse().ok()).expect("an address")
    };
    let scene = Scene::new();
    let program = scene.start("program", PROGRAM, &["--type", "dgram", "--block"]);
    let bound = address(&program);
    program.prints("blocking: waits for ever");
    scene.datagram_peer("peer", "127.0.0.1").sends_to(bound, "here I am");
    program.prints("something arrived after");
    program.exits_with(0);

    let program = scene.start("program", PROGRAM, &["--type", "stream", "--block"]);
    let bound = address(&program);
    program.prints("blocking: waits for ever");
    program.comes_to_rest(); // so that it listens
    let peer = scene.connect("peer", bound);
    program.prints("something arrived after");
    program.exits_with(0);
    peer.closes();
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "other systems do not end a recv after Ctrl-Z and fg"
)]
fn a_wait_with_a_timeout_survives_stop_and_continue() {
    let scene = Scene::new();
    let program = scene.start("program", PROGRAM, &["--type", "dgram", "--timeout", "2"]);
    program.prints("recv on a datagram socket");
    program.comes_to_rest(); // in recv
    program.stops_and_continues();
    program.exits_with(0);
    let said = scene.transcript();
    assert!(said.contains("timeout of 2s: nothing") && !said.contains("Interrupted"), "{said}");
}

harness::test_with! { strace,
    fn the_calls_are_those_that_it_tells_of() {
        let trace = |args: &[&str]| {
            let mut strace = Command::new("strace");
            strace.args(["-qq", "-e", "trace=%network,fcntl", "-e", "signal=none", PROGRAM]).args(args);
            let traced = strace.args(["--timeout", "0.01"]).assert().success();
            String::from_utf8_lossy(&traced.get_output().stderr).into_owned()
        };
        let calls = trace(&["--family", "inet6", "--type", "dgram"]);
        for call in [
            "socket(AF_INET6, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_IP) = 3",
            "bind(3, {sa_family=AF_INET6, sin6_port=htons(0)",
            "getsockname(3, {sa_family=AF_INET6",
            "setsockopt(3, SOL_SOCKET, SO_RCVTIMEO_OLD",
            "getsockopt(3, SOL_SOCKET, SO_RCVTIMEO_OLD",
            "SOL_SOCKET, SO_REUSEADDR, [1]",
            "SOL_IPV6, IPV6_V6ONLY, [1]",
            "recvfrom(3, ",
        ] {
            assert!(calls.contains(call), "{call} is not among the calls:\n{calls}");
        }
        // The last recv of all is the non-blocking one.
        let before = calls.rsplit_once("recvfrom(").expect("it is among the calls").0;
        let mode = before.rsplit_once("F_SETFL, ").expect("its mode has been set").1;
        assert!(mode.starts_with("O_RDWR|O_NONBLOCK"), "the last recv may block:\n{calls}");
        let calls = trace(&["--family", "unix", "--type", "stream"]);
        for call in ["socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3", "listen(3, 1)", "accept4(3, "] {
            assert!(calls.contains(call), "{call} is not among the calls:\n{calls}");
        }
    }
}

#[test]
fn a_port_in_use_is_a_clear_error() {
    let scene = Scene::new();
    let listener = scene.listen("server");
    let program =
        scene.start("program", PROGRAM, &["--type", "stream", "--port", &listener.port()]);
    program.exits_with(1);
    let said = scene.terminal("program");
    assert!(
        said.contains("error: cannot bind to 127.0.0.1:6666: address already in use"),
        "{said}"
    );
}

#[test]
fn help_reads_like_documentation() {
    let help = Command::new(PROGRAM).arg("--help").assert().success();
    assert_snapshot!(String::from_utf8_lossy(&help.get_output().stdout));
}

#[test]
fn wrong_usage_is_told() {
    let refuses = |args: &[&str], why: &str| {
        let refused = Command::new(PROGRAM).args(args).assert().code(2);
        refused.stdout("").stderr(starts_with("error: ").and(contains(why)));
    };
    refuses(&["--family", "inet4"], "[possible values: unix, inet, inet6]");
    refuses(&["--type", "raw"], "[possible values: stream, dgram]");
    refuses(&["--buffer", "4096"], "<--family <FAMILY>|--type <TYPE>>");
    refuses(&["--timeout", "0"], "must be at least 0.000001");
    refuses(&["--type", "dgram", "--buffer", "2147483648"], "is not in 0..=2147483647");
}
