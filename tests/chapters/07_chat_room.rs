//! Chapter 07: a room in which clients hear each other.

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

use assert_cmd::Command;
use harness::{Peer, Program, Scene};
use insta::assert_snapshot;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, starts_with};
use room::Room;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ch07-chat-room");

const WELCOME: &str = "Welcome to the room! What is your name?\n";

room::test_all!(start_room);

/// A room for the suite that every engine must pass.
fn start_room(args: &[&str]) -> Room {
    let (_, server, address) = start(args);
    Room { address, resources: Box::new(move || server.comes_to_rest()) }
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

/// The chapter's client, which has been asked for a name.
#[track_caller]
fn start_client(scene: &Scene, name: &str, address: SocketAddr) -> Program {
    let port = address.port().to_string();
    let client = scene.start(name, PROGRAM, &["client", "--port", &port]);
    client.prints("What is your name?");
    client
}

/// A scripted client that enters by this name.
#[track_caller]
fn enter(scene: &Scene, server: &Program, address: SocketAddr, name: &str) -> Peer {
    let peer = scene.connect(name, address);
    peer.receives(WELCOME);
    peer.sends(format!("{name}\n"));
    server.prints(&format!("is {name}"));
    peer
}

#[test]
fn conversation() {
    let (scene, server, address) = start(&[]);
    let alice = start_client(&scene, "alice", address);
    alice.enters("alice");
    alice.prints("* The room contains:");
    server.prints("is alice");
    let bob = start_client(&scene, "bob", address);
    bob.enters("bob");
    bob.prints("* The room contains: alice");
    alice.prints("* bob has entered the room");
    server.prints("is bob");
    bob.enters("hello");
    alice.prints("[bob] hello");
    alice.enters("hello, bob");
    bob.prints("[alice] hello, bob");
    bob.enters("/quit");
    alice.prints("* bob has left the room");
    bob.exits_with(0);
    server.prints("quit!");
    alice.ends_its_input();
    alice.exits_with(0);
    server.prints("closed the connection");
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_name_is_refused_with_the_reason() {
    let (scene, server, address) = start(&[]);
    let alice = enter(&scene, &server, address, "alice");
    alice.receives("* The room contains:\n");
    for name in ["two words", "alice"] {
        let client = start_client(&scene, "client", address);
        client.enters(name);
        client.prints("* Refused");
        client.exits_with(1);
        server.prints("refused: no name");
    }
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_client_notices_at_once_that_the_server_has_gone() {
    let scene = Scene::new();
    let listener = scene.listen("server");
    let client = scene.start("client", PROGRAM, &["client", "--port", &listener.port()]);
    let server = listener.accepts();
    server.sends("Welcome!\n");
    client.prints("Welcome!");
    server.closes();
    client.exits_with(1);
    assert_snapshot!(scene.transcript());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "opens a terminal as Linux does")]
fn on_a_terminal() {
    let (scene, server, address) = start(&[]);
    let port = address.port().to_string();
    let alice = scene.start_on_terminal("alice", PROGRAM, &["client", "--port", &port]);
    alice.shows("What is your name?\n>");
    alice.presses("alice\r");
    alice.shows("* The room contains:");
    server.prints("is alice");
    let bob = enter(&scene, &server, address, "bob");
    alice.shows("* bob has entered the room");
    alice.presses("hello, b");
    alice.shows("> hello, b");
    bob.sends("is anybody here?\n");
    let shown = alice.shows("[bob] is anybody here?");
    assert_snapshot!(scene.stable(&shown));
    alice.presses("ob\r");
    bob.receives("* The room contains: alice\n[alice] hello, bob\n");
    alice.presses("\x04");
    bob.receives("* alice has left the room\n");
    alice.exits_with(0);
    alice.has_given_its_terminal_back();
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "opens a terminal as Linux does")]
fn lines_that_come_together_all_stay_on_the_screen() {
    let (scene, server, address) = start(&[]);
    let port = address.port().to_string();
    let alice = scene.start_on_terminal("alice", PROGRAM, &["client", "--port", &port]);
    alice.shows("What is your name?\n>");
    alice.presses("alice\r");
    alice.shows("* The room contains:");
    let bob = enter(&scene, &server, address, "bob");
    alice.presses("half a li");
    alice.shows("> half a li");
    bob.sends(format!("one\ntwo\n{}\n{}\nlast\n", "wide ".repeat(20), "你".repeat(40)));
    let shown = alice.shows("[bob] last\n> half a li");
    assert_snapshot!(scene.stable(&shown));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "opens a terminal as Linux does")]
fn a_terminal_is_given_back_when_the_server_goes() {
    let (scene, server, address) = start(&[]);
    let port = address.port().to_string();
    let alice = scene.start_on_terminal("alice", PROGRAM, &["client", "--port", &port]);
    alice.shows("What is your name?\n>");
    alice.presses("alice\r");
    alice.shows("* The room contains:");
    alice.presses("half a li");
    alice.shows("> half a li");
    server.interrupt();
    alice.shows("error: ");
    alice.exits_with(1);
    alice.has_given_its_terminal_back();
    server.exits_with(0);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "opens a terminal as Linux does")]
fn what_is_said_right_before_the_end_is_shown_on_a_terminal() {
    let (scene, server, address) = start(&["--max-clients", "1"]);
    let _first = enter(&scene, &server, address, "bob");
    let port = address.port().to_string();
    // Whether the editor has shown it when it is told to end, is a matter of who was quicker.
    for _ in 0..8 {
        let refused = scene.start_on_terminal("refused", PROGRAM, &["client", "--port", &port]);
        refused.exits_with(1);
        refused.shows("The room is full");
    }
}

#[test]
fn empty_lines_cannot_be_said_without_end_either() {
    let (scene, server, address) = start(&["--rate", "1024"]);
    let alice = enter(&scene, &server, address, "alice");
    let bob = enter(&scene, &server, address, "bob");
    alice.receives("* The room contains:\n* bob has entered the room\n");
    let start = Instant::now();
    bob.sends("\n".repeat(80));
    alice.receives("[bob] \n".repeat(80));
    // They count for 3200 bytes, of which the first 1024 may be said at once.
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn a_client_that_is_piped_into_says_all_and_hears_the_rest() {
    let (scene, server, address) = start(&[]);
    let bob = enter(&scene, &server, address, "bob");
    let port = address.port().to_string();
    let piped = Command::new(PROGRAM)
        .args(["client", "--port", &port])
        .write_stdin("alice\nhello\n\nbye\n")
        .assert()
        .success()
        .stderr("");
    let heard = String::from_utf8_lossy(&piped.get_output().stdout).into_owned();
    assert!(heard.ends_with("What is your name?\n* The room contains: bob\n"), "{heard}");
    bob.receives("* The room contains:\n* alice has entered the room\n");
    bob.receives("[alice] hello\n[alice] \n[alice] bye\n* alice has left the room\n");
}

#[test]
fn a_hostile_server_harms_no_terminal() {
    let scene = Scene::new();
    let listener = scene.listen("server");
    let client = scene.start("client", PROGRAM, &["client", "--port", &listener.port()]);
    let server = listener.accepts();
    server.sends("[bob] \x1b[2J\x07 and \u{202e}\n".as_bytes());
    server.sends(b"\xff\n");
    client.prints("[bob] ");
    server.sends(vec![b'x'; 2 << 20]);
    server.sends("\n* hello\n");
    client.prints("skipped");
    client.prints("* hello");
    server.resets();
    client.exits_with(1);
    assert_snapshot!(scene.transcript());
}

#[test]
#[cfg(unix)]
fn ctrl_c_closes_the_room_in_order() {
    for signal in [Program::interrupt, Program::terminate] {
        let (scene, server, address) = start(&[]);
        let alice = enter(&scene, &server, address, "alice");
        let nameless = scene.connect("nameless", address);
        server.prints("connected by");
        nameless.receives(WELCOME);
        signal(&server);
        server.prints("closing the room");
        alice.receives("* The room contains:\n* The room is closing\n");
        nameless.receives("* The room is closing\n");
        for client in [alice, nameless] {
            client.receives_end();
            client.closes();
            server.prints("closed the connection");
        }
        server.exits_with(0);
        assert_snapshot!("closed_in_order", scene.transcript());
    }
}

/// What comes until the end of the stream.
#[track_caller]
fn read_to_the_end(peer: &Peer) -> Vec<u8> {
    let mut rest = Vec::new();
    peer.stream().read_to_end(&mut rest).expect("the stream ends");
    rest
}

#[test]
#[cfg(unix)]
fn what_waits_is_sent_before_the_room_closes() {
    let (scene, server, address) =
        start(&["--queue", "10000000", "--rate", "1000000000", "--grace", "60"]);
    let slow = scene.connect_with_small_buffer("slow", address);
    slow.sends("slow\n");
    server.prints("is slow");
    let bob = enter(&scene, &server, address, "bob");
    let line = "x".repeat(1000);
    for _ in 0..2000 {
        bob.sends(format!("{line}\n"));
    }
    bob.sends("/who\n"); // answered when all is said
    bob.receives("* The room contains: slow\n* The room contains: slow, bob\n");
    server.interrupt();
    server.prints("closing the room");
    let heard = read_to_the_end(&slow);
    slow.closes();
    bob.closes();
    server.exits_with(0);
    let heard = String::from_utf8_lossy(&heard);
    let said = heard.lines().filter(|heard| heard.ends_with(&line)).count();
    assert_eq!(said, 2000, "of what bob has said, before the room was closed");
    assert!(heard.ends_with("* The room is closing\n"));
}

#[test]
#[cfg(unix)]
fn who_does_not_leave_is_waited_for_no_longer_than_grace() {
    let (scene, server, address) = start(&["--grace", "1"]);
    let alice = enter(&scene, &server, address, "alice");
    server.interrupt();
    server.exits_with(0);
    alice.receives("* The room contains:\n* The room is closing\n");
    alice.receives_end();
    assert_snapshot!(scene.transcript());
}

#[test]
#[cfg(unix)]
fn a_second_ctrl_c_ends_at_once() {
    let (scene, server, address) = start(&["--grace", "3600"]);
    let _alice = enter(&scene, &server, address, "alice");
    server.interrupt();
    server.prints("closing the room");
    server.interrupt();
    server.exits_with(1);
    assert_snapshot!(scene.transcript());
}

#[test]
#[cfg(unix)]
fn who_comes_while_the_room_closes_is_refused() {
    let (scene, server, address) = start(&["--grace", "3600"]);
    let alice = enter(&scene, &server, address, "alice");
    server.interrupt();
    server.prints("closing the room");
    // First told, if it comes before the listener is closed; then refused by the kernel.
    let refused = harness::poll(|| match TcpStream::connect(address) {
        Ok(mut early) => {
            let mut told = String::new();
            let _ = early.read_to_string(&mut told);
            assert!(told.is_empty() || told.ends_with("* The room is closing\n"), "{told:?}");
            None
        }
        Err(error) => Some(error.kind()),
    });
    assert_eq!(refused, Some(std::io::ErrorKind::ConnectionRefused));
    alice.closes();
    server.exits_with(0);
}

harness::test_with! { ipv6,
fn ipv6_and_ipv4_meet_in_one_room() {
    let scene = Scene::new();
    let server = scene.start("server", PROGRAM, &["server", "--host", "::", "--port", "0"]);
    let port = server.address().port();
    server.prints("waiting for connection");
    let alice = scene.connect("alice", ([0, 0, 0, 0, 0, 0, 0, 1], port).into());
    alice.receives(WELCOME);
    alice.sends("alice\n");
    alice.receives("* The room contains:\n");
    server.prints("is alice");
    let bob = enter(&scene, &server, ([127, 0, 0, 1], port).into(), "bob");
    bob.receives("* The room contains: alice\n");
    alice.receives("* bob has entered the room\n");
    server.interrupt(); // which has to knock at :: to wake the thread that accepts
    alice.receives("* The room is closing\n");
    bob.receives("* The room is closing\n");
    alice.closes();
    server.prints("closed the connection");
    bob.closes();
    server.exits_with(0);
    assert_snapshot!(scene.transcript());
}
}

/// A path for a socket, in a folder that is removed at the end.
fn path() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("room").display().to_string();
    (folder, path)
}

#[test]
#[cfg(unix)]
fn a_client_may_come_by_a_path() {
    let (_folder, path) = path();
    let (scene, server, address) = start(&["--unix", &path]);
    let bob = enter(&scene, &server, address, "bob");
    bob.receives("* The room contains:\n");
    let alice = scene.start("alice", PROGRAM, &["client", "--unix", &path]);
    alice.prints("What is your name?");
    alice.enters("alice");
    alice.prints("* The room contains: bob");
    bob.receives("* alice has entered the room\n");
    alice.enters("hello");
    bob.receives("[alice] hello\n");
    server.interrupt();
    server.prints("closing the room");
    alice.exits_with(1);
    server.prints("closed the connection");
    bob.receives("* The room is closing\n");
    bob.closes();
    server.exits_with(0);
    assert!(!fs::exists(&path).expect("the folder is there"), "the path is still there");
    assert_snapshot!(scene.transcript().replace(&path, "/tmp/room"));
}

#[test]
#[cfg(unix)]
fn a_path_that_a_dead_server_has_left_is_taken_over_and_no_other() {
    let (_folder, path) = path();
    drop(UnixListener::bind(&path).expect("a path"));
    let (_scene, server, _) = start(&["--unix", &path]);
    UnixStream::connect(&path).expect("somebody listens there");
    let scene = Scene::new();
    let second = scene.start("second", PROGRAM, &["server", "--port", "0", "--unix", &path]);
    second.exits_with(1);
    assert!(scene.transcript().contains("address already in use"), "{}", scene.transcript());
    drop(server);
    fs::remove_file(&path).expect("it was killed, and has left its path");
    fs::write(&path, "precious").expect("a file");
    let scene = Scene::new();
    let third = scene.start("third", PROGRAM, &["server", "--port", "0", "--unix", &path]);
    third.exits_with(1);
    assert_eq!(fs::read_to_string(&path).expect("the file is there"), "precious");
}

#[test]
#[cfg(target_os = "linux")]
fn a_path_has_107_bytes_at_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut path = folder.path().join("room").display().to_string();
    path.push_str(&"m".repeat(107 - path.len()));
    let (_scene, _server, _) = start(&["--unix", &path]);
    let too_long = format!("{path}m");
    for args in
        [&["server", "--port", "0", "--unix", &too_long][..], &["client", "--unix", &too_long]]
    {
        let refused = Command::new(PROGRAM).args(args).assert().code(1);
        refused.stderr(contains("(take a path that is shorter)"));
    }
}

#[test]
#[cfg(unix)]
fn it_waits_for_descriptors() {
    let scene = Scene::new();
    let server = scene.start_limited("-n 12", "server", PROGRAM, &["server", "--port", "0"]);
    let address = server.address();
    server.prints("waiting for connection");
    let peers: Vec<Peer> = (0..20).map(|_| scene.connect("peer", address)).collect();
    server.prints("cannot accept, trying again");
    drop(peers);
    let next = harness::poll(|| {
        let next = scene.connect("next", address);
        let mut welcome = [0; WELCOME.len()];
        next.stream().read_exact(&mut welcome).ok().map(|()| next)
    });
    assert!(next.is_some(), "nobody is welcomed when descriptors are free again");
}

#[test]
fn it_ends_quietly_when_its_reader_leaves() {
    let args = ["server", "--port", "0"];
    let ended = harness::run_until_its_reader_leaves(PROGRAM, &args, |first, _| {
        let address = first.rsplit(' ').next().expect("the first line names the address");
        drop(TcpStream::connect(address)); // which it cannot print any more
    });
    assert_eq!(ended, (Some(0), String::new()));
}

#[test]
fn a_port_in_use_is_a_clear_error() {
    let (scene, _first, address) = start(&[]);
    let port = address.port().to_string();
    let second = scene.start("second", PROGRAM, &["server", "--port", &port]);
    second.exits_with(1);
    assert!(scene.transcript().contains("try --port 0"), "{}", scene.transcript());
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
    refuses(&["server", "--max-clients", "0"], "0 is not in 1..");
    refuses(&["server", "--queue", "10"], "10 is not in 1024..");
    refuses(&["server", "--grace", "0"], "must be at least 0.000001");
    refuses(&["server", "--idle-timeout", "-1"], "must be at least 0.000001");
    refuses(&["client", "--timeout", "soon"], "not a number of seconds, such as 2 or 0.5");
    refuses(&["client", "--unix", "/tmp/room", "--port", "1"], "cannot be used with");
}
