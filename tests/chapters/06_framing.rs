//! Chapter 06: messages that keep their boundaries, whatever becomes of the stream.

mod unharmed;

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use assert_cmd::Command;
use harness::{Peer, Program, Scene};
use insta::assert_snapshot;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, starts_with};
use regex_lite::{Captures, Regex};
use relay::{Shape, TcpRelay, TcpSettings};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ch06-framing");

const REPLY: &[u8] = b"[INFO] server has received your messages";

/// What makes a frame of a message.
type Framed = fn(&[u8]) -> Vec<u8>;

/// A message or a reply as a line, and as a length and what it is the length of.
const FORMATS: [(&str, Framed); 2] = [("line", line), ("length", length)];

fn line(message: &[u8]) -> Vec<u8> {
    [message, b"\n"].concat()
}

fn length(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("it is short");
    [&length.to_be_bytes()[..], message].concat()
}

/// A server on a free port, which is ready.
#[track_caller]
fn start(args: &[&str]) -> (Scene, Program, SocketAddr) {
    let scene = Scene::new();
    let server = scene.start("server", PROGRAM, &[&["server", "--port", "0"], args].concat());
    let address = server.address();
    server.prints("waiting for connection");
    (scene, server, address)
}

#[track_caller]
fn connect(scene: &Scene, name: &str, server: &Program, address: SocketAddr) -> Peer {
    let peer = scene.connect(name, address);
    server.prints("connected by");
    peer
}

/// The proof that the server has taken no harm: whoever comes next is served.
#[track_caller]
fn serves_the_next_client(scene: &Scene, server: &Program, address: SocketAddr) {
    let next = connect(scene, "next", server, address);
    next.sends("hello\n");
    server.prints("received from");
    next.receives(line(REPLY));
    next.sends("q\n");
    next.receives_end();
    next.closes();
    server.prints("quit!");
}

/// A relay that does this to either direction.
fn relay(to: SocketAddr, to_server: Shape, to_client: Shape) -> TcpRelay {
    let settings = TcpSettings { to_server, to_client, ..TcpSettings::new(to) };
    TcpRelay::start(settings).expect("a relay starts")
}

/// The server of chapter 04, for which what one recv returns is a message.
fn chapter_04() -> (Scene, Program, SocketAddr) {
    let scene = Scene::new();
    let server = scene.start("server", &harness::build("ch04-threaded-server"), &["--port", "0"]);
    let address = server.address();
    server.prints("waiting for connection");
    (scene, server, address)
}

#[test]
fn without_frames_a_message_in_pieces_is_many_messages() {
    let (scene, server, address) = chapter_04();
    let pause = Duration::from_secs(1); // so that each byte is received before the next comes
    let shape = Shape { chop: Some(1), even: true, pause, ..Shape::default() };
    let relay = relay(address, shape, Shape::default());
    let client = scene.connect("client", relay.address());
    server.prints("connected by");
    client.sends("hey");
    for letter in ["h", "e", "y"] {
        server.prints(&format!(": {letter}"));
        client.receives(REPLY);
    }
    assert_snapshot!(scene.transcript());
}

#[test]
fn without_frames_two_messages_that_come_together_are_one() {
    let (scene, server, address) = chapter_04();
    let patience = Duration::from_secs(3600);
    let shape = Shape { merge: Some(10), patience, ..Shape::default() };
    let relay = relay(address, shape, Shape::default());
    let client = scene.connect("client", relay.address());
    server.prints("connected by");
    client.sends("hello");
    client.sends("again");
    server.prints("received from");
    client.receives(REPLY);
    server.comes_to_rest(); // there is no second one
    assert_snapshot!(scene.transcript());
}

#[test]
fn frames_survive_a_relay_that_cuts_them_to_single_bytes() {
    for (format, framed) in FORMATS {
        let (scene, server, address) = start(&["--frame", format]);
        let bytes = Shape { chop: Some(1), even: true, ..Shape::default() };
        let relay = relay(address, bytes, bytes);
        let client = scene.connect("client", relay.address());
        for message in ["hey", "", "你好 🦀", "a\tb"] {
            client.sends(framed(message.as_bytes()));
            let shown = message.replace('\t', "\\t");
            let printed = server.prints("received from");
            assert!(printed.ends_with(&format!(": {shown}")), "{printed}");
            client.receives(framed(REPLY));
        }
        client.sends(framed(b"q"));
        client.receives_end();
        client.closes();
        server.prints("quit!");
    }
}

#[test]
fn many_frames_in_one_read_are_many_messages() {
    for (format, framed) in FORMATS {
        let (scene, server, address) = start(&["--frame", format]);
        let client = connect(&scene, "client", &server, address);
        let messages = ["one", "", "two", "three"];
        client.sends(messages.map(|message| framed(message.as_bytes())).concat());
        for message in messages {
            let printed = server.prints("received from");
            assert!(printed.ends_with(&format!(": {message}")), "{printed}");
            client.receives(framed(REPLY));
        }
    }
}

#[test]
fn a_client_and_a_server_hold_a_conversation() {
    for (format, _) in FORMATS {
        let (scene, server, address) = start(&["--frame", format]);
        let port = address.port().to_string();
        let client =
            scene.start("client", PROGRAM, &["client", "--port", &port, "--frame", format]);
        client.prints("connected to");
        server.prints("connected by");
        for message in ["hello", ""] {
            client.types(message);
            server.prints("received from");
            client.prints("server has received");
        }
        client.types("q");
        client.exits_with(0);
        server.prints("quit!");
        assert_snapshot!(format!("conversation_by_{format}"), scene.transcript());
    }
}

#[test]
fn a_line_over_the_limit_is_skipped_and_the_next_is_served() {
    let (scene, server, address) = start(&["--limit", "10"]);
    let client = connect(&scene, "client", &server, address);
    client.sends("exactly 10\n");
    server.prints("exactly 10");
    client.receives(line(REPLY));
    client.sends("now eleven!");
    client.sends(" and more, and more\nhello\n");
    server.prints("skipped");
    client.receives("[ERROR] a message has 10 bytes at most\n");
    server.prints(": hello");
    client.receives(line(REPLY));
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_length_over_the_limit_is_answered_and_ends_its_client() {
    let (scene, server, address) = start(&["--frame", "length"]);
    let client = connect(&scene, "client", &server, address);
    client.sends("GET / HTTP/1.1\r\n\r\n");
    client.receives(length(b"[ERROR] a message has 1024 bytes at most"));
    client.receives_end();
    client.closes();
    server.prints("refused: a message of 1195725856 bytes");
    assert_snapshot!(scene.transcript());
}

#[test]
fn an_end_inside_a_frame_is_told_apart_from_an_end_between_frames() {
    for (format, framed) in FORMATS {
        let (scene, server, address) = start(&["--frame", format]);
        let cut_short = connect(&scene, "cut short", &server, address);
        let frame = framed(b"hello");
        cut_short.sends(&frame[..frame.len() - 1]);
        cut_short.closes();
        server.prints("lost: it has closed the connection inside a message");
        let polite = connect(&scene, "polite", &server, address);
        polite.sends(&frame);
        server.prints(": hello");
        polite.receives(framed(REPLY));
        polite.closes();
        server.prints("closed the connection");
    }
}

#[test]
fn a_line_without_an_end_costs_no_memory() {
    let (scene, server, address) = start(&[]);
    serves_the_next_client(&scene, &server, address);
    let before = server.comes_to_rest();
    let flood = connect(&scene, "flood", &server, address);
    let idle = server.comes_to_rest();
    let mut stream = flood.stream();
    for _ in 0..100 {
        stream.write_all(&[b'x'; 1 << 18]).expect("it is read, and thrown away");
    }
    // While it still has to do with the flood: at its end, all of it is free.
    unharmed::has_not_grown(&server, idle, server.comes_to_rest());
    flood.closes();
    server.prints("inside a message");
    unharmed::has_not_grown(&server, before, server.comes_to_rest());
    serves_the_next_client(&scene, &server, address);
}

#[test]
fn who_vanishes_harms_nobody() {
    let (scene, server, address) = start(&[]);
    serves_the_next_client(&scene, &server, address);
    let before = server.comes_to_rest();
    for _ in 0..20 {
        scene.connect("peer", address).closes();
        server.prints("closed the connection");
        let peer = connect(&scene, "peer", &server, address);
        peer.sends("half a li");
        peer.resets();
        server.prints("connection reset");
    }
    unharmed::has_not_grown(&server, before, server.comes_to_rest());
    serves_the_next_client(&scene, &server, address);
}

#[test]
fn an_idle_client_is_closed_after_its_time_even_inside_a_frame() {
    let (scene, server, address) = start(&["--idle-timeout", "1"]);
    let idle = connect(&scene, "idle", &server, address);
    idle.sends("hel");
    server.prints("lost: idle for 1s");
    idle.receives_end();
    serves_the_next_client(&scene, &server, address);
}

#[test]
fn who_quits_with_more_to_say_gets_its_last_reply() {
    let (scene, server, address) = start(&[]);
    let client = connect(&scene, "client", &server, address);
    client.sends(["hello\nq\n".as_bytes(), &[b'x'; 100_000]].concat());
    client.receives(line(REPLY));
    client.receives_end(); // and no reset, although the rest was not asked for
    client.closes();
    server.prints("quit!");
}

#[test]
fn one_too_many_reads_the_refusal_to_its_end() {
    let (scene, server, address) = start(&["--max-clients", "1"]);
    let first = connect(&scene, "first", &server, address);
    let second = scene.connect("second", address);
    second.sends("hello\n");
    server.prints("refused");
    second.receives("[INFO] server is full, try again later\n");
    second.receives_end();
    second.closes();
    first.sends("q\n");
    first.receives_end();
    first.closes();
    server.prints("quit!");
    serves_the_next_client(&scene, &server, address);
}

#[test]
fn a_client_tells_why_there_is_no_reply() {
    let scene = Scene::new();
    let listener = scene.listen("server");
    let port = listener.port();
    for reply in ["half a re", ""] {
        let client = scene.start("client", PROGRAM, &["client", "--port", &port]);
        let server = listener.accepts();
        client.types("hello");
        server.receives("hello\n");
        server.sends(reply);
        server.closes();
        client.exits_with(1);
    }
    let client = scene.start("client", PROGRAM, &["client", "--port", &port, "--frame", "length"]);
    let server = listener.accepts();
    client.types("hello");
    server.receives(length(b"hello"));
    server.sends("[INFO] a line");
    client.exits_with(1);
    assert_snapshot!(scene.transcript());
}

/// The numbers of milliseconds that the program has measured, and what it prints without them.
fn measured() -> (Vec<u64>, String) {
    let measured = Command::new(PROGRAM)
        .arg("two-writes")
        .timeout(harness::DEADLINE)
        .assert()
        .success()
        .stderr("");
    let text = String::from_utf8_lossy(&measured.get_output().stdout).into_owned();
    let pattern = Regex::new(r"([\d.]+)(ms|µs|s)\b").expect("a valid pattern");
    let milliseconds = |found: Captures| match (found[1].parse::<f64>(), &found[2]) {
        (Ok(number), "ms") => number as u64,
        (Ok(number), "s") => (number * 1000.0) as u64,
        _ => 0,
    };
    let times = pattern.captures_iter(&text).map(milliseconds).collect();
    (times, pattern.replace_all(&text, "N ms").into_owned())
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems acknowledge after another time")]
fn two_writes() {
    // A machine under load is slow in every way; once it must show what makes the difference.
    let quiet = harness::poll(|| {
        let (times, text) = measured();
        let [two, one, no_delay] = times[..] else { panic!("three numbers: {text}") };
        (two >= 35 && one < 20 && no_delay < 20).then_some(text)
    });
    assert_snapshot!(quiet.expect("two writes take longer than one"));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "what a reset takes along differs")]
fn last_reply() {
    let tried = Command::new(PROGRAM)
        .arg("last-reply")
        .timeout(harness::DEADLINE)
        .assert()
        .success()
        .stderr("");
    let text = String::from_utf8_lossy(&tried.get_output().stdout).into_owned();
    let got =
        Regex::new(r"(\d+) bytes of 200000, then: connection reset").expect("a valid pattern");
    let got: usize = got.captures(&text).expect("a number")[1].parse().expect("a number");
    assert!(got < 200_000, "{text}");
    assert_snapshot!(text.replace(&format!("gets {got} bytes"), "gets N bytes"));
}

#[test]
fn it_ends_quietly_when_its_reader_leaves() {
    unharmed::ends_quietly_when_its_reader_leaves(PROGRAM, &["server", "--port", "0"]);
}

#[test]
fn help_reads_like_documentation() {
    for args in [&["--help"][..], &["server", "--help"], &["client", "--help"]] {
        let help = Command::new(PROGRAM).args(args).assert().success();
        let name = format!("help_{}", args[0].trim_start_matches('-'));
        assert_snapshot!(name, String::from_utf8_lossy(&help.get_output().stdout));
    }
}

#[test]
fn wrong_usage_is_told() {
    let refuses = |args: &[&str], why: &str| {
        let refused = Command::new(PROGRAM).args(args).assert().code(2);
        refused.stdout("").stderr(starts_with("error: ").and(contains(why)));
    };
    refuses(&["server", "--limit", "0"], "0 is not in 1..");
    refuses(&["server", "--frame", "packet"], "[possible values: line, length]");
    refuses(&["client", "--timeout", "0"], "must be at least 0.000001");
}
