//! What hostile peers do to the stream servers of chapters 02 and 04, and the proof that they take
//! no harm from it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::thread;

use harness::{Peer, Program, Scene};

use crate::unharmed::has_not_grown;

/// The servers' answer to every message.
pub const REPLY: &str = "[INFO] server has received your messages";

/// Starts a server on a free port and waits until it is ready.
#[track_caller]
pub fn start(server: &str, args: &[&str]) -> (Scene, Program, SocketAddr) {
    let scene = Scene::new();
    let program = scene.start("server", server, &[&["--port", "0"], args].concat());
    let address = program.address();
    program.prints("waiting for connection");
    (scene, program, address)
}

/// Connects a client and waits until the server has accepted it.
#[track_caller]
pub fn connect(scene: &Scene, name: &str, server: &Program, address: SocketAddr) -> Peer {
    let peer = scene.connect(name, address);
    server.prints("connected by");
    peer
}

/// One message and its reply.
#[track_caller]
pub fn say(peer: &Peer, server: &Program, bytes: impl AsRef<[u8]>) {
    peer.sends(bytes);
    server.prints("received from");
    peer.receives(REPLY);
}

/// What one attack does. It ends when the server has said that the attacker is gone.
pub type Attack = fn(&Scene, &Program, SocketAddr);

/// Declares a test for each of the attacks below, which compares the transcript with a snapshot.
macro_rules! test_each_attack {
    ($server:expr) => {
        hostile::test_each_attack!($server,
            connect_and_close connect_and_reset close_without_q reset_in_the_middle
            split_character half_a_character_at_the_end invalid_utf_8 control_characters);
    };
    ($server:expr, $($attack:ident)*) => { $(
        #[test]
        fn $attack() {
            insta::assert_snapshot!(hostile::survives($server, hostile::$attack));
        }
    )* };
}
pub(crate) use test_each_attack;

/// Attacks a server once, serves the next client, and returns the transcript of both. Then attacks
/// it twenty times more and proves that it neither spins nor has grown, and serves the next client.
#[track_caller]
pub fn survives(server: &str, attack: Attack) -> String {
    let (scene, program, address) = start(server, &[]);
    attack(&scene, &program, address);
    serves_the_next_client(&scene, &program, address);
    let transcript = scene.transcript();

    let before = program.comes_to_rest();
    for _ in 0..20 {
        attack(&scene, &program, address);
    }
    has_not_grown(&program, before, program.comes_to_rest());
    serves_the_next_client(&scene, &program, address);
    transcript
}

/// The proof that every attack is followed by: a client that behaves is served.
#[track_caller]
pub fn serves_the_next_client(scene: &Scene, server: &Program, address: SocketAddr) {
    let next = connect(scene, "next", server, address);
    say(&next, server, "hello");
    next.sends("q");
    server.prints("quit!");
    next.receives_end();
    next.closes();
}

#[track_caller]
pub fn connect_and_close(scene: &Scene, server: &Program, address: SocketAddr) {
    scene.connect("peer", address).closes();
    server.prints("closed the connection");
}

#[track_caller]
pub fn connect_and_reset(scene: &Scene, server: &Program, address: SocketAddr) {
    scene.connect("peer", address).resets();
    server.prints("connection reset");
}

#[track_caller]
pub fn close_without_q(scene: &Scene, server: &Program, address: SocketAddr) {
    let peer = connect(scene, "peer", server, address);
    say(&peer, server, "hello");
    peer.closes();
    server.prints("closed the connection");
}

#[track_caller]
pub fn reset_in_the_middle(scene: &Scene, server: &Program, address: SocketAddr) {
    let peer = connect(scene, "peer", server, address);
    say(&peer, server, "hello");
    peer.resets();
    server.prints("connection reset");
}

#[track_caller]
pub fn split_character(scene: &Scene, server: &Program, address: SocketAddr) {
    let peer = connect(scene, "peer", server, address);
    say(&peer, server, b"\xe4\xbd");
    say(&peer, server, b"\xa0!");
    peer.closes();
    server.prints("closed the connection");
}

#[track_caller]
pub fn half_a_character_at_the_end(scene: &Scene, server: &Program, address: SocketAddr) {
    let peer = connect(scene, "peer", server, address);
    say(&peer, server, b"caf\xc3");
    peer.closes();
    server.prints("closed the connection");
}

#[track_caller]
pub fn invalid_utf_8(scene: &Scene, server: &Program, address: SocketAddr) {
    let peer = connect(scene, "peer", server, address);
    say(&peer, server, b"\xff\xfe \xc0\xaf \xed\xa0\x80");
    // No character can become of the first byte; the next two may still become one.
    say(&peer, server, b"\xff\xe4\xbd");
    say(&peer, server, b"\xa0");
    peer.closes();
    server.prints("closed the connection");
}

#[track_caller]
pub fn control_characters(scene: &Scene, server: &Program, address: SocketAddr) {
    let peer = connect(scene, "peer", server, address);
    say(&peer, server, "q\r\n[INFO] client quit!\n\x1b[2J\x1b]0;owned\x07\0");
    say(&peer, server, "\u{202e}!tiuq tneilc\u{2028}\u{200f}");
    peer.closes();
    server.prints("closed the connection");
}

/// 10 MB without a pause: all of it is printed, all of it answered.
#[track_caller]
pub fn flood(server: &str) {
    const SIZE: usize = 10_000_000;
    let (scene, program, address) = start(server, &[]);
    serves_the_next_client(&scene, &program, address);
    let before = program.comes_to_rest();

    let peer = scene.connect("peer", address);
    let mut stream = peer.stream();
    let replies = thread::scope(|threads| {
        threads.spawn(move || {
            stream.write_all(&vec![b'x'; SIZE])?;
            stream.shutdown(Shutdown::Write)
        });
        let mut replies = Vec::new(); // bounded: a server that misses the end replies for ever
        stream.take(SIZE as u64).read_to_end(&mut replies).map(|_| replies)
    });
    let replies = replies.unwrap_or_else(|error| program.fail(error));
    assert!(replies.len() >= SIZE / 1024 * REPLY.len(), "{} bytes of replies", replies.len());
    assert!(replies.chunks(REPLY.len()).all(|reply| reply == REPLY.as_bytes()), "a torn reply");

    serves_the_next_client(&scene, &program, address);
    let printed = program.stdout().iter().filter(|byte| **byte == b'x').count();
    assert_eq!(printed, SIZE, "every byte of the flood is printed once");
    has_not_grown(&program, before, program.comes_to_rest());
}
