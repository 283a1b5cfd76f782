//! Chapter 05: datagrams that are empty, cut, too large, lost, late, or meant to do harm.

mod unharmed;

use std::net::SocketAddr;

use assert_cmd::Command;
use harness::{DatagramPeer, Program, Scene};
use insta::assert_snapshot;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, starts_with};

const UDP: &str = env!("CARGO_BIN_EXE_ch05-udp");
const REPLY: &str = "[INFO] server has received your messages";
const CUT: &str = "[INFO] server has cut your message to 1024 bytes";

#[track_caller]
fn start_server(host: &str) -> (Scene, Program, SocketAddr) {
    let scene = Scene::new();
    let server = scene.start("server", UDP, &["server", "--host", host, "--port", "0"]);
    let address = server.address();
    server.prints("waiting for datagrams");
    (scene, server, address)
}

#[track_caller]
fn start_client(scene: &Scene, address: SocketAddr, args: &[&str]) -> Program {
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    let args = [&["client", "--host", &host, "--port", &port, "--timeout", "20"], args].concat();
    let client = scene.start("client", UDP, &args);
    client.prints("sending to");
    client
}

/// Our client with a scripted server.
#[track_caller]
fn call(args: &[&str]) -> (Scene, Program, DatagramPeer) {
    let scene = Scene::new();
    let server = scene.datagram_peer("server", "127.0.0.1");
    let port = server.port();
    let client = scene.start("client", UDP, &[&["client", "--port", &port], args].concat());
    client.prints("sending to");
    (scene, client, server)
}

/// The proof that every attack is followed by: a client that behaves is served.
#[track_caller]
fn serves_the_next_client(scene: &Scene, server: &Program, address: SocketAddr) {
    let next = scene.datagram_peer("next", "127.0.0.1");
    next.sends_to(address, "hello");
    server.prints(": hello");
    next.receives(REPLY);
}

#[test]
fn conversation() {
    let (scene, server, address) = start_server("127.0.0.1");
    let client = start_client(&scene, address, &[]);
    client.types("hello");
    server.prints("hello");
    client.prints(REPLY);
    client.types("");
    server.prints("empty");
    client.prints(REPLY);
    client.types("q");
    server.prints("quit!");
    client.exits_with(0);
    assert_snapshot!(scene.transcript());
}

#[test]
fn one_socket_serves_many_clients() {
    let (scene, server, address) = start_server("127.0.0.1");
    let first = scene.datagram_peer("first", "127.0.0.1");
    let second = scene.datagram_peer("second", "127.0.0.1");
    for (peer, message) in [(&first, "hello"), (&second, "hi"), (&first, "how are you?")] {
        peer.sends_to(address, message);
        server.prints(message);
        peer.receives(REPLY);
    }
    assert_snapshot!(scene.transcript());
}

#[test]
fn boundaries_are_kept() {
    let (scene, server, address) = start_server("127.0.0.1");
    let peer = scene.datagram_peer("peer", "127.0.0.1");
    // On a stream these could arrive as one. Here each is a message, however fast they follow.
    for message in ["one", "two", "", "three"] {
        peer.sends_to(address, message);
    }
    server.prints("three");
    for _ in 0..4 {
        peer.receives(REPLY);
    }
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_datagram_over_the_limit_is_cut_and_both_sides_learn_it() {
    let (scene, server, address) = start_server("127.0.0.1");
    let client = start_client(&scene, address, &[]);
    client.types(&"x".repeat(1024));
    server.prints("received from");
    client.prints(REPLY);
    client.types(&"y".repeat(1025));
    let line = server.prints(", cut: ");
    assert_eq!(line.bytes().filter(|byte| *byte == b'y').count(), 1024);
    client.prints(CUT);
}

#[test]
fn what_no_datagram_can_hold_is_refused() {
    largest_datagram("127.0.0.1", 65_507);
}

harness::test_with! { ipv6,
    fn what_no_datagram_over_ipv6_can_hold_is_refused() {
        largest_datagram("::1", 65_527);
    }
}

#[track_caller]
fn largest_datagram(host: &str, most: usize) {
    let (scene, server, address) = start_server(host);
    let client = start_client(&scene, address, &[]);
    client.types(&"x".repeat(most + 1));
    client.prints(&format!("Not sent, {} bytes: ", most + 1));
    client.types(&"x".repeat(70_001));
    client.prints("Not sent: more bytes than any datagram holds.");
    client.types(&"x".repeat(most));
    server.prints(", cut: ");
    client.prints(CUT);
    client.types("q");
    client.exits_with(0);
}

#[test]
#[cfg_attr(windows, ignore = "another error there")]
fn nobody_listens() {
    let scene = Scene::new();
    let reserved = scene.reserve_port("server");
    let client = scene.start("client", UDP, &["client", "--port", &reserved.port()]);
    client.prints("sending to");
    client.types("hello");
    client.exits_with(1);
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_lost_reply_is_a_timeout_and_the_message_is_sent_again() {
    let (scene, client, server) = call(&["--timeout", "2"]);
    client.types("hello");
    server.receives("hello"); // and the reply is lost
    client.prints("sending it again");
    let address = server.receives("hello");
    server.sends_to(address, REPLY);
    client.prints(REPLY);
    client.types("q");
    server.receives("q");
    client.exits_with(0);
    assert_snapshot!(scene.transcript());
}

/// Two tries, and a reply after the second; whichever of them it answers, another may follow.
#[track_caller]
fn gets_the_first_reply_late(client: &Program, server: &DatagramPeer) -> SocketAddr {
    client.types("hello");
    server.receives("hello");
    client.prints("sending it again");
    let address = server.receives("hello");
    server.sends_to(address, "the first reply, late");
    client.prints("the first reply");
    address
}

#[test]
fn a_late_reply_is_shown_for_what_it_is() {
    let (scene, client, server) = call(&["--timeout", "2"]);
    let address = gets_the_first_reply_late(&client, &server);
    server.sends_to(address, "the second reply");
    client.types("how are you?");
    client.prints("late reply");
    server.receives("how are you?");
    server.sends_to(address, "fine");
    client.prints("fine");
    client.types("q");
    client.exits_with(0);
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_reply_that_may_be_late_is_shown_for_what_it_is() {
    let (scene, client, server) = call(&["--timeout", "2"]);
    let address = gets_the_first_reply_late(&client, &server);
    client.types("how are you?");
    server.receives("how are you?");
    server.sends_to(address, "the second reply");
    client.prints("replies carry no number");
    client.types("q");
    client.exits_with(0);
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let (scene, client, server) = call(&["--timeout", "0.1", "--retries", "2"]);
    client.types("hello");
    (0..3).for_each(|_| _ = server.receives("hello"));
    client.exits_with(1);
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_server_that_floods_does_not_hold_the_client_up() {
    let (scene, client, server) = call(&["--timeout", "20"]);
    client.types("hello");
    let address = server.receives("hello");
    for _ in 0..100 {
        server.sends_to(address, REPLY);
    }
    client.types("how are you?");
    server.receives("how are you?");
    client.types("q");
    server.receives("q");
    client.exits_with(0);
    let late = scene.terminal("client").matches("late reply").count();
    assert!((1..50).contains(&late), "{late} late replies are shown");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "on Windows the server's next recvfrom fails")]
fn a_server_does_not_learn_that_its_client_has_gone() {
    let (scene, server, address) = start_server("127.0.0.1");
    // Its port is taken, so that nobody else gets it, and yet nobody listens there for the server.
    let gone = scene.reserve_port("gone");
    gone.sends_to(address, "hello");
    server.prints("hello");
    server.comes_to_rest(); // the reply has come back as an ICMP error
    serves_the_next_client(&scene, &server, address);
    assert!(!scene.transcript().contains("cannot"), "{}", scene.transcript());
}

#[test]
fn a_reply_from_somebody_else_is_not_seen() {
    let (scene, client, server) = call(&["--timeout", "20"]);
    client.types("hello");
    let address = server.receives("hello");
    let stranger = scene.datagram_peer("stranger", "127.0.0.1");
    stranger.sends_to(address, "send me your password");
    server.sends_to(address, REPLY);
    client.prints(REPLY);
    client.types("q");
    client.exits_with(0);
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_reply_that_would_drive_the_terminal() {
    let (scene, client, server) = call(&["--timeout", "20"]);
    client.types("hello");
    let address = server.receives("hello");
    server.sends_to(address, "\x1b[2J\r[INFO] sending to your bank\u{202e}");
    client.prints("bank");
    client.types("hello");
    server.receives("hello");
    server.sends_to(address, "z".repeat(1025));
    let cut = client.prints("zzz");
    assert!(cut.ends_with("z (cut)"), "{cut}");
    client.types("q");
    client.exits_with(0);
    assert!(scene.transcript().contains("\\u{1b}[2J\\r[INFO] sending to your bank\\u{202e}"));
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "other systems do not end a recv after Ctrl-Z and fg"
)]
fn a_recv_with_a_timeout_survives_stop_and_continue() {
    let (_scene, client, server) = call(&["--timeout", "20"]);
    client.types("hello");
    let address = server.receives("hello");
    client.comes_to_rest(); // in recv
    client.stops_and_continues();
    server.sends_to(address, REPLY);
    client.prints(REPLY);
}

#[test]
fn bytes_that_would_do_harm() {
    let (scene, server, address) = start_server("127.0.0.1");
    let peer = scene.datagram_peer("peer", "127.0.0.1");
    let attack = || {
        peer.sends_to(address, b"\xff\xfe \xe4\xbd"); // half a character is never completed here
        server.prints("received from");
        peer.receives(REPLY);
        peer.sends_to(address, "q\r\n[INFO] client quit!\x1b[2J\u{202e}\u{2028}\0");
        server.prints("received from");
        peer.receives(REPLY);
    };
    attack();
    serves_the_next_client(&scene, &server, address);
    assert_snapshot!(scene.transcript());

    let before = server.comes_to_rest();
    (0..20).for_each(|_| attack());
    unharmed::has_not_grown(&server, before, server.comes_to_rest());
    serves_the_next_client(&scene, &server, address);
}

#[test]
fn a_reply_gets_no_reply() {
    let (scene, server, address) = start_server("127.0.0.1");
    // A stranger can send this with another server's address as the sender's.
    let peer = scene.datagram_peer("peer", "127.0.0.1");
    peer.sends_to(address, REPLY);
    peer.sends_to(address, CUT);
    peer.sends_to(address, "hello");
    server.prints("hello");
    peer.receives(REPLY); // to hello
    peer.sends_to(address, "x".repeat(1025));
    peer.receives(CUT); // and no second reply came before it
    assert_snapshot!(scene.terminal("peer"));
}

#[test]
fn a_flood_of_datagrams() {
    let (scene, server, address) = start_server("127.0.0.1");
    serves_the_next_client(&scene, &server, address);
    let before = server.comes_to_rest();
    // 10 MB. What the server cannot take in time, the kernel drops; what matters is that the server
    // lives on. The flooder never reads, and its replies are dropped as well.
    let flooder = std::net::UdpSocket::bind("127.0.0.1:0").expect("a free port");
    for _ in 0..10_000 {
        flooder.send_to(&[b'x'; 1000], address).expect("loopback takes a datagram");
    }
    let after = server.comes_to_rest();
    unharmed::has_not_grown(&server, before, after);
    serves_the_next_client(&scene, &server, address);
}

#[test]
fn a_port_in_use_is_a_clear_error() {
    let (scene, _first, address) = start_server("127.0.0.1");
    let port = address.port().to_string();
    scene.start("second", UDP, &["server", "--port", &port]).exits_with(1);
    assert_snapshot!(scene.transcript());
}

#[test]
fn the_server_ends_quietly_when_its_reader_leaves() {
    unharmed::ends_quietly_when_its_reader_leaves(UDP, &["server", "--port", "0"]);
}

#[test]
fn help_reads_like_documentation() {
    for (name, args) in [
        ("help", &["--help"][..]),
        ("help_server", &["server", "--help"]),
        ("help_client", &["client", "--help"]),
    ] {
        let help = Command::new(UDP).args(args).assert().success();
        assert_snapshot!(name, String::from_utf8_lossy(&help.get_output().stdout));
    }
}

#[test]
fn wrong_usage_is_told() {
    let refuses = |args: &[&str], why: &str| {
        let refused = Command::new(UDP).args(args).assert().code(2);
        refused.stdout("").stderr(contains(why));
    };
    refuses(&[], "Usage: ch05-udp <COMMAND>");
    refuses(&["serve"], "unrecognized subcommand 'serve'");
    refuses(&["client", "--timeout", "0"], "must be at least 0.000001");
    refuses(&["client", "--retries", "-1"], "unexpected argument '-1'");
    refuses(&["server", "--timeout", "2"], "unexpected argument '--timeout'");
    let failed = Command::new(UDP).args(["client", "--host", "no such host"]).assert().code(1);
    failed.stderr(starts_with("error: cannot find the host").and(contains("no such host")));
}
