//! Chapter 03: a client, on good servers and on bad ones.

use std::fs;
use std::io::Write;

use assert_cmd::Command;
use harness::{Peer, Program, Scene};
use insta::assert_snapshot;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, starts_with};

const CLIENT: &str = env!("CARGO_BIN_EXE_ch03-client");
const REPLY: &str = "[INFO] server has received your messages";

/// Our client, and the scripted server that it is connected to.
struct Call {
    scene: Scene,
    client: Program,
    server: Peer,
}

#[track_caller]
fn call(args: &[&str]) -> Call {
    let scene = Scene::new();
    let listener = scene.listen("server");
    let client = scene.start("client", CLIENT, &[&["--port", &listener.port()], args].concat());
    client.prints("connected to");
    let server = listener.accepts();
    Call { scene, client, server }
}

#[test]
fn conversation() {
    let scene = Scene::new();
    let (server, client) = converse(&scene, "ch02-single-server");
    client.exits_with(0);
    server.prints("quit!");
    assert_snapshot!(scene.transcript());

    // What the README shows is what has just been said.
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"));
    let readme = readme.expect("the README stands at the root").replace("\r\n", "\n");
    for side in ["server", "client"] {
        let terminal = format!("```text\n{}```\n", scene.terminal(side));
        assert!(
            readme.contains(&terminal),
            "the README does not show what the {side} had:\n{terminal}"
        );
    }
}

#[test]
fn conversation_with_the_threaded_server() {
    let scene = Scene::new();
    let (server, client) = converse(&scene, "ch04-threaded-server");
    client.exits_with(0);
    server.prints("quit!");
    assert_snapshot!(scene.transcript());
}

#[track_caller]
fn converse(scene: &Scene, package: &str) -> (Program, Program) {
    let server = scene.start("server", &harness::build(package), &["--port", "0"]);
    let port = server.address().port().to_string();
    server.prints("waiting for connection");
    let client = scene.start("client", CLIENT, &["--port", &port]);
    client.prints("connected to");
    server.prints("connected by");
    client.types("hello");
    server.prints("hello");
    client.prints(REPLY);
    client.types("");
    client.prints("Not allowed to send empty msg!");
    client.types("q");
    server.prints("q");
    (server, client)
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "opens a terminal as Linux does")]
fn on_a_terminal() {
    let scene = Scene::new();
    let listener = scene.listen("server");
    let client = scene.start_on_terminal("client", CLIENT, &["--port", &listener.port()]);
    client.prints("connected to");
    let server = listener.accepts();
    client.types("hello");
    server.receives("hello");
    server.sends(REPLY);
    client.prints(REPLY);
    client.ends_input();
    server.receives("q");
    server.receives_end();
    client.exits_with(0);
    assert_snapshot!(scene.transcript());
}

#[test]
fn the_end_of_the_input_leaves_politely() {
    let call = call(&[]);
    call.client.ends_input();
    call.server.receives("q");
    call.server.receives_end();
    call.client.exits_with(0);
    assert_snapshot!(call.scene.transcript());
}

#[test]
fn what_is_no_message_is_not_sent() {
    let call = call(&[]);
    call.client.types("");
    call.client.types(&"x".repeat(1025));
    call.client.types(&"é".repeat(513)); // 513 characters, but 1026 bytes
    call.client.types_bytes(b"caf\xe9"); // Latin-1
    call.client.types(&"x".repeat(100_000));
    call.client.types(&"x".repeat(1024));
    call.server.receives("x".repeat(1024)); // and nothing before it
    call.server.sends(REPLY);
    call.client.types("q");
    call.server.receives("q");
    call.client.exits_with(0);
    assert_snapshot!(call.scene.transcript());
}

#[test]
fn a_last_line_without_a_newline_is_a_message_too() {
    let scene = Scene::new();
    let server = scene.start("server", &harness::build("ch02-single-server"), &["--port", "0"]);
    let port = server.address().port().to_string();
    let piped = Command::new(CLIENT)
        .args(["--port", &port])
        .timeout(harness::DEADLINE)
        .write_stdin("hello\nbye")
        .assert();
    piped.success().stdout(contains(REPLY).count(2)).stderr("");
    server.prints("received from client: bye");
    server.prints("quit!");
}

#[test]
fn a_server_that_stays_silent() {
    let call = call(&["--timeout", "0.2"]);
    call.client.types("hello");
    call.server.receives("hello");
    call.client.exits_with(1);
    assert_snapshot!(call.scene.transcript());
}

#[test]
fn a_server_that_does_not_read() {
    let scene = Scene::new();
    let listener = scene.listen_with_small_buffer("server");
    let args = ["--port", &listener.port(), "--timeout", "1"];
    let client = scene.start("client", CLIENT, &args);
    let server = listener.accepts();
    // Each message is answered unread, until all buffers between the two are full.
    while client.types_if_asked(&"x".repeat(1024)) {
        let _ = server.stream().write_all(REPLY.as_bytes()); // the client may have given up
    }
    client.exits_with(1);
    let last = scene.terminal("client");
    assert!(
        last.contains("error: 127.0.0.1:6666 has not read our messages in 1s (is it serving"),
        "{last}"
    );
}

#[test]
fn a_server_that_closes_at_once() {
    let call = call(&[]);
    call.server.half_closes();
    call.client.types("hello");
    call.client.exits_with(1);
    assert_snapshot!(call.scene.transcript());
}

#[test]
fn a_server_that_closes_while_the_client_waits_for_the_keyboard() {
    let call = call(&[]);
    call.client.types("hello");
    call.server.receives("hello");
    call.server.sends(REPLY);
    call.client.prints(REPLY);
    call.server.closes();
    call.client.comes_to_rest(); // it has not noticed
    call.client.types("are you still there?");
    call.client.exits_with(1);
    assert_snapshot!(call.scene.transcript());
}

#[test]
fn a_server_that_resets_at_once() {
    // The client may notice at its first line, or when it sends; it is never anything but a reset
    // or a close, told in one line.
    for _ in 0..20 {
        let scene = Scene::new();
        let listener = scene.listen("server");
        let client = scene.start("client", CLIENT, &["--port", &listener.port()]);
        listener.accepts().resets();
        client.types_if_asked("hello");
        client.exits_with(1);
        let said = scene.terminal("client");
        assert!(said.contains("[INFO] connected to 127.0.0.1:6666 from 127.0.0.1:"), "{said}");
        assert!(said.contains("error: lost the connection to 127.0.0.1:6666: "), "{said}");
    }
}

#[test]
fn a_server_that_resets() {
    let call = call(&[]);
    call.client.types("hello");
    call.server.receives("hello");
    call.server.resets();
    call.client.exits_with(1);
    assert_snapshot!(call.scene.transcript());
}

#[test]
fn a_server_that_closes_in_the_middle_of_a_character() {
    let call = call(&[]);
    call.client.types("hello");
    call.server.receives("hello");
    call.server.sends(b"caf\xc3");
    call.client.prints("caf");
    call.server.half_closes();
    call.client.types("anybody?");
    call.client.exits_with(1);
    assert_snapshot!(call.scene.transcript());
}

#[test]
fn a_reply_in_pieces() {
    let call = call(&[]);
    call.client.types("hello");
    call.server.receives("hello");
    call.server.sends("[INFO] server has ");
    call.client.prints("[INFO] server has");
    call.server.sends("received your messages");
    // The client takes one recv for one reply, so this is the reply to the next message.
    call.client.types("and now?");
    call.client.prints("received your messages");
    call.server.receives("and now?");
    call.client.types("q");
    call.server.receives("q");
    call.client.exits_with(0);
    assert_snapshot!(call.scene.transcript());
}

#[test]
fn a_reply_that_would_drive_the_terminal() {
    let call = call(&[]);
    call.client.types("hello");
    call.server.receives("hello");
    call.server.sends("\x1b[2J\r[INFO] connected to your bank\u{202e}");
    call.client.prints("bank");
    call.client.types("q");
    call.client.exits_with(0);
    assert_snapshot!(call.scene.transcript());
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "other systems do not end a recv after Ctrl-Z and fg"
)]
fn a_recv_with_a_timeout_survives_stop_and_continue() {
    let call = call(&["--timeout", "20"]);
    call.client.types("hello");
    call.server.receives("hello");
    call.client.comes_to_rest(); // in recv
    call.client.stops_and_continues();
    call.server.sends(REPLY);
    call.client.prints(REPLY);
}

#[test]
fn nobody_listens() {
    let scene = Scene::new();
    let reserved = scene.reserve_port("server");
    scene.start("client", CLIENT, &["--port", &reserved.port()]).exits_with(1);
    assert_snapshot!(scene.transcript());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems answer otherwise")]
fn no_route() {
    // The broadcast address: a stream cannot be connected to it, and nothing leaves the machine.
    let scene = Scene::new();
    scene.start("client", CLIENT, &["--host", "255.255.255.255"]).exits_with(1);
    assert_snapshot!(scene.transcript());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems refuse when the queue is full")]
fn nobody_answers() {
    let scene = Scene::new();
    let server = scene.listen_without_room("server");
    scene.start("client", CLIENT, &["--port", &server.port(), "--timeout", "0.2"]).exits_with(1);
    assert_snapshot!(scene.transcript());
}

harness::test_with! { mount_namespaces,
    fn every_address_of_a_host_name_is_tried() {
        let scene = Scene::new();
        let listener = scene.listen("server"); // on 127.0.0.1 alone
        // A hosts file that only this client sees, in which the name has two addresses.
        let client = scene.start("client", "unshare", &[
            "--map-root-user", "--mount", "sh", "-c",
            "hosts=$(mktemp) && printf '127.0.0.2 twofold\\n127.0.0.1 twofold\\n' > $hosts &&
             mount --bind $hosts /etc/hosts && rm $hosts && exec \"$0\" \"$@\"",
            CLIENT, "--host", "twofold", "--port", &listener.port(),
        ]);
        client.prints("connected to");
        let server = listener.accepts();
        client.types("q");
        server.receives("q");
        client.exits_with(0);
        assert_snapshot!(scene.transcript());
    }
}

harness::test_with! { ipv6,
    fn ipv6_is_as_good() {
        let scene = Scene::new();
        let server = harness::build("ch02-single-server");
        let server = scene.start("server", &server, &["--host", "::1", "--port", "0"]);
        let port = server.address().port().to_string();
        server.prints("waiting for connection");
        let client = scene.start("client", CLIENT, &["--host", "[::1]", "--port", &port]);
        client.prints("connected to");
        server.prints("connected by");
        client.types("hello");
        server.prints("hello");
        client.prints(REPLY);
        client.types("q");
        client.exits_with(0);
        server.prints("quit!");
        assert_snapshot!(scene.transcript());
    }
}

#[test]
fn it_ends_quietly_when_its_reader_leaves() {
    let scene = Scene::new();
    let listener = scene.listen("server");
    let args = ["--port", &listener.port()];
    let ended = harness::run_until_its_reader_leaves(CLIENT, &args, |_, stdin| {
        let _ = stdin.write_all(b"\n"); // it has something to say to an empty line
    });
    assert_eq!(ended, (Some(0), String::new()));
}

#[test]
fn help_reads_like_documentation() {
    let help = Command::new(CLIENT).arg("--help").assert().success();
    assert_snapshot!(String::from_utf8_lossy(&help.get_output().stdout));
}

#[test]
fn wrong_usage_is_told() {
    let refuses = |args: &[&str], why: &str| {
        let refused = Command::new(CLIENT).args(args).assert().code(2);
        refused.stdout("").stderr(starts_with("error: ").and(contains(why)));
    };
    refuses(&["--timeout", "0"], "must be at least 0.000001");
    refuses(&["--timeout", "-0.5"], "must be at least 0.000001");
    refuses(&["--timeout", "1e40"], "too large");
    refuses(&["--port", "http"], "invalid digit found in string");
    refuses(&["--port", "0"], "0 is not in 1..=65535");
    let failed = Command::new(CLIENT).args(["--host", "127.0.0.1:6666"]).assert().code(1);
    failed.stderr(contains("the port goes into --port"));
}
