//! `nc` and the shell, where no program of ours is at the other end.

use crate::recorder::Recorder;

const SERVER: &str = "ch02-single-server";

/// As a client of chapter 02: a message, and q without a newline and with one.
pub fn as_a_client() -> String {
    const WITH_NEWLINE: &str = "echo q | nc 127.0.0.1 6666";
    let mut recorder = Recorder::new(&[SERVER]);
    let server = recorder.start("server", SERVER, &[]);
    server.address();
    recorder.look("hello", "printf hello | nc -N 127.0.0.1 6666", "received");
    server.prints("closed");
    recorder.look("printf", "printf q | nc 127.0.0.1 6666", "");
    server.prints("quit!");
    let hanging = recorder.start_command("nc", &format!("sh -c '{WITH_NEWLINE}'"));
    recorder.screen("echo", WITH_NEWLINE, &hanging, "received your messages");
    hanging.stop();
    server.prints("closed");
    recorder.record("netcat_server", "make run-ch02", &recorder.scene.terminal("server"));
    recorder.finish()
}

/// Bytes that a person would not send: half a character, and what looks like two lines.
pub fn with_unusual_bytes() -> String {
    let split = r"(printf '\344\275'; sleep 1; printf '\240!') | nc -N 127.0.0.1 6666";
    let forged = r"printf 'q\r\n[INFO] client quit!\n' | nc -N 127.0.0.1 6666";
    let mut recorder = Recorder::new(&[SERVER]);
    let server = recorder.start("server", SERVER, &[]);
    server.address();
    for (name, typed) in [("split", split), ("forged", forged)] {
        let before = recorder.scene.terminal("server").len();
        recorder.awaits(typed, "received");
        server.prints("closed");
        let printed = recorder.scene.terminal("server")[before..].to_owned();
        recorder.record(&format!("{name}_typed"), typed, "");
        recorder.record(name, "make run-ch02", &printed);
    }
    recorder.finish()
}

/// As a server for the client of chapter 03, with a person who closes it.
pub fn as_a_server() -> String {
    const TYPED: &str = "nc -l 127.0.0.1 6666";
    let mut recorder = Recorder::new(&["ch03-client"]);
    let server = recorder.start_command("nc", TYPED);
    recorder.awaits("ss -tan", "127.0.0.1:6666");
    let client = recorder.start("client", "ch03-client", &[]);
    client.types("hello");
    recorder.screen("stream_server", TYPED, &server, "hello");
    server.stop();
    client.exits_with(1);
    recorder.finish()
}

/// As a server for the client of chapter 05, with a person who types the reply.
pub fn as_a_datagram_server() -> String {
    const TYPED: &str = "nc -u -l 127.0.0.1 6666";
    let mut recorder = Recorder::new(&["ch05-udp"]);
    let server = recorder.start_command("nc", TYPED);
    recorder.awaits("ss -uan", "127.0.0.1:6666");
    let client = recorder.start("client", "ch05-udp", &["client", "--timeout", "5"]);
    client.types("hello");
    recorder.screen("datagram_server", TYPED, &server, "hello");
    server.sends_line("who is there?");
    client.prints("who is there?");
    recorder.finish()
}

/// As a client of chapter 07, while somebody else is in the room.
pub fn in_a_room() -> String {
    const TYPED: &str = "nc 127.0.0.1 6666";
    let mut recorder = Recorder::new(&["ch07-chat-room"]);
    let server = recorder.start("server", "ch07-chat-room", &["server"]);
    let alice = recorder.scene.connect("alice", server.address());
    alice.sends("alice\n");
    server.prints("is alice");
    let bob = recorder.start_command("nc", TYPED);
    bob.prints("What is your name?");
    bob.sends_line("bob");
    bob.prints("* The room contains: alice");
    bob.sends_line("hello");
    alice.receives(
        "Welcome to the room! What is your name?\n* The room contains:\n\
         * bob has entered the room\n[bob] hello\n",
    );
    alice.sends("hello, bob\n");
    bob.prints("[alice] hello, bob");
    alice.closes();
    bob.prints("* alice has left the room");
    bob.sends_line("/quit");
    recorder.screen("netcat_in_the_room", TYPED, &bob, "/quit\r\n");
    recorder.finish()
}

/// Servers that may have a few descriptors only.
pub fn few_descriptors() -> String {
    let mut recorder = Recorder::new(&[SERVER, "ch04-threaded-server"]);
    let four = "(ulimit -S -n 4; target/debug/ch02-single-server)";
    let server = recorder.start_command("server", &format!("sh -c '{four}'"));
    recorder.screen("four_descriptors", four, &server, "cannot accept");
    let owner = recorder.awaits("ss -tlnp", "pid=");
    let (_, rest) = owner.split_once("pid=").expect("ss names the process");
    let id = rest.split(',').next().expect("a number, and a comma behind it");
    recorder.look("more_descriptors", &format!("prlimit --nofile=64: --pid {id}"), "");
    recorder.scene.connect("client", "127.0.0.1:6666".parse().expect("an address"));
    server.prints("connected by");
    server.stop();
    let six = "(ulimit -n 6; target/debug/ch04-threaded-server)";
    let server = recorder.start_command("server", &format!("sh -c '{six}'"));
    server.prints("waiting for connection");
    let address = "127.0.0.1:6666".parse().expect("an address");
    let _first = recorder.scene.connect("first", address);
    server.prints("connected by");
    let _second = recorder.scene.connect("second", address);
    recorder.screen("six_descriptors", six, &server, "cannot accept");
    recorder.finish()
}

/// Lines for the client of chapter 03 from a pipe.
pub fn lines_from_a_pipe() -> String {
    let mut recorder = Recorder::new(&[SERVER, "ch03-client"]);
    let server = recorder.start("server", SERVER, &[]);
    server.address();
    recorder.look("pipe", r"printf 'hello\nq\n' | target/debug/ch03-client", "exit!");
    recorder.finish()
}
