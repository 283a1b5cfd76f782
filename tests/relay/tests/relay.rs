//! The relay as a program.

use assert_cmd::Command;
use harness::Scene;
use insta::assert_snapshot;

const RELAY: &str = env!("CARGO_BIN_EXE_relay");

#[test]
fn help_reads_like_documentation() {
    for (name, args) in [
        ("help", &["--help"][..]),
        ("help_udp", &["udp", "--help"]),
        ("help_tcp", &["tcp", "--help"]),
    ] {
        let help = Command::new(RELAY).args(args).assert().success();
        assert_snapshot!(name, String::from_utf8_lossy(&help.get_output().stdout));
    }
}

#[test]
fn a_stream_in_single_bytes() {
    let scene = Scene::new();
    let server = scene.listen("server");
    let to = server.address().to_string();
    let args = ["tcp", "--to", &to, "--listen", "127.0.0.1:0", "--seed", "7", "--chop", "1"];
    let relay = scene.start("relay", RELAY, &args);
    let client = scene.connect("client", relay.address());
    let server = server.accepts();
    client.sends("hi!");
    server.receives("hi!");
    for _ in 0..3 {
        relay.prints("connection 0, to server: 1 byte");
    }
    server.sends("yes");
    client.receives("yes");
    for _ in 0..3 {
        relay.prints("connection 0, to client: 1 byte");
    }
    client.half_closes();
    server.receives_end();
    relay.prints("connection 0, to server: the end of the stream");
    assert_snapshot!(scene.transcript());
}

#[test]
fn datagrams_that_are_dropped_and_doubled() {
    let scene = Scene::new();
    let server = scene.datagram_peer("server", "127.0.0.1");
    let to = format!("127.0.0.1:{}", server.port());
    let args = ["udp", "--to", &to, "--listen", "127.0.0.1:0", "--seed", "12", "--drop", "30"];
    let relay = scene.start("relay", RELAY, &[&args[..], &["--duplicate", "30"]].concat());
    let address = relay.address();
    let client = scene.datagram_peer("client", "127.0.0.1");
    for number in 0..6 {
        client.sends_to(address, format!("number {number}"));
        let decided = relay.prints(&format!("to server, datagram {number}"));
        let copies = match decided.rsplit(": ").next() {
            Some("passes") => 1,
            Some("is sent on twice") => 2,
            _ => 0,
        };
        for _ in 0..copies {
            server.receives(format!("number {number}"));
        }
    }
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_port_in_use_is_a_clear_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let taken = taken.local_addr().expect("it is bound").to_string();
    Command::new(RELAY).args(["tcp", "--listen", &taken]).assert().code(1).stderr(format!(
        "error: cannot relay from {taken}: address already in use (is another relay running? try \
         --listen 127.0.0.1:0)\n"
    ));
}

#[test]
fn settings_that_contradict_themselves_are_wrong_usage() {
    for (args, problem) in [
        (&["udp", "--drop", "60", "--reorder", "60"][..], "more than 100 % together"),
        (&["tcp", "--chop", "0"], "a piece has one byte at least"),
        (&["tcp", "--even"], "--chop"),
    ] {
        let command = Command::new(RELAY).args(args).assert().code(2).get_output().clone();
        let stderr = String::from_utf8_lossy(&command.stderr).into_owned();
        assert!(stderr.contains(problem), "{stderr}");
    }
}

#[test]
fn wrong_usage_is_told() {
    for args in [&["udp", "--drop", "lots"][..], &["tcp", "--to", "nowhere"], &["ipx"], &[]] {
        Command::new(RELAY).args(args).assert().code(2).stdout("");
    }
}
