//! Chapter 04: many clients at once, and none that can harm another.

mod hostile;
#[path = "../../chapters/04-threaded-server/src/permits.rs"]
mod permits;
#[path = "../../chapters/04-threaded-server/src/threads.rs"]
mod threads;
mod unharmed;

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use harness::Scene;
use hostile::{REPLY, connect, say, serves_the_next_client, start};
use insta::assert_snapshot;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, starts_with};

const SERVER: &str = env!("CARGO_BIN_EXE_ch04-threaded-server");
const FULL: &str = "[INFO] server is full, try again later";

#[test]
fn two_clients_are_served_at_once() {
    let (scene, server, address) = start(SERVER, &[]);
    let first = connect(&scene, "first", &server, address);
    let second = connect(&scene, "second", &server, address);
    say(&second, &server, "anybody there?");
    say(&first, &server, "hello");
    say(&second, &server, "oh, hello");
    first.sends("q");
    server.prints("quit!");
    first.receives_end();
    say(&second, &server, "still here");
    second.closes();
    server.prints("closed the connection");
    assert_snapshot!(scene.transcript());
}

#[test]
fn one_too_many_reads_the_refusal_to_its_end() {
    let (scene, server, address) = start(SERVER, &["--max-clients", "1"]);
    let first = connect(&scene, "first", &server, address);
    let second = scene.connect("second", address);
    second.sends("hello"); // the server has this unread when it closes
    server.prints("refused");
    second.receives(FULL);
    second.receives_end();
    second.closes();
    first.sends("q");
    server.prints("quit!");
    first.receives_end();
    serves_the_next_client(&scene, &server, address);
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_refused_client_may_talk_on_and_still_reads_the_refusal() {
    let (scene, server, address) = start(SERVER, &["--max-clients", "1"]);
    let _first = connect(&scene, "first", &server, address);
    let start = Instant::now();
    for _ in 0..20 {
        let refused = scene.connect("refused", address);
        refused.sends([b'x'; 5000]);
        server.prints("refused");
        refused.sends([b'y'; 5000]);
        refused.receives(FULL);
        refused.receives_end();
        refused.closes();
        server.comes_to_rest();
    }
    // The end of the stream comes with the refusal, and not when the server has waited long enough.
    assert!(start.elapsed() < Duration::from_secs(25), "it took {:?}", start.elapsed());
}

#[test]
fn refused_clients_that_stay_cost_little_and_not_for_long() {
    let (scene, server, address) = start(SERVER, &["--max-clients", "1"]);
    let first = connect(&scene, "first", &server, address);
    say(&first, &server, "hello");
    let before = server.comes_to_rest();
    let stubborn: Vec<_> = (0..100)
        .map(|_| {
            let peer = scene.connect("stubborn", address);
            server.prints("refused");
            peer
        })
        .collect();
    if let (Some(before), Some(crowd)) = (before, server.comes_to_rest()) {
        assert!(crowd.threads <= before.threads + 16, "{} threads", crowd.threads);
    }
    say(&first, &server, "nobody holds me up");
    for peer in &stubborn {
        peer.receives(FULL);
        peer.receives_end();
    }
    // The server waits two seconds at most for those that do not close, then closes itself.
    if let Some(before) = before {
        let back =
            harness::poll(|| (server.comes_to_rest()?.threads == before.threads).then_some(()));
        assert!(back.is_some(), "the threads that wait for refused clients stay");
    }
    unharmed::has_not_grown(&server, before, server.comes_to_rest());
}

#[test]
fn a_permit_is_given_back_however_its_client_left() {
    let leave: [fn(harness::Peer); 3] = [
        |peer| {
            peer.sends("q");
            peer.receives_end();
        },
        harness::Peer::closes,
        harness::Peer::resets,
    ];
    let (scene, server, address) = start(SERVER, &["--max-clients", "1"]);
    for leave in leave {
        leave(connect(&scene, "peer", &server, address));
        server.prints("client ");
        serves_the_next_client(&scene, &server, address);
    }
}

#[test]
fn an_idle_client_is_closed_after_its_time() {
    let (scene, server, address) = start(SERVER, &["--idle-timeout", "2"]);
    let idle = connect(&scene, "idle", &server, address);
    say(&idle, &server, "hello");
    server.prints("lost: idle for 2s");
    idle.receives_end();
    serves_the_next_client(&scene, &server, address);
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_client_that_never_reads_is_idle_too() {
    let (scene, server, address) = start(SERVER, &["--idle-timeout", "1"]);
    let greedy = scene.connect_with_small_buffer("greedy", address);
    greedy.sends_until_stuck(&[b'x'; 1024]);
    server.prints("lost: idle for 1s");
    serves_the_next_client(&scene, &server, address);
}

#[test]
fn a_client_that_never_reads_holds_nobody_up() {
    let (scene, server, address) = start(SERVER, &[]);
    serves_the_next_client(&scene, &server, address);
    let before = server.comes_to_rest();
    let greedy = scene.connect_with_small_buffer("greedy", address);
    greedy.sends_until_stuck(&[b'x'; 1024]);
    serves_the_next_client(&scene, &server, address);
    server.comes_to_rest(); // its thread is blocked in send, not spinning in it
    greedy.closes();
    server.prints("lost: ");
    unharmed::has_not_grown(&server, before, server.comes_to_rest());
}

#[test]
fn two_hundred_idle_clients_hold_nobody_up() {
    let (scene, server, address) = start(SERVER, &[]);
    serves_the_next_client(&scene, &server, address);
    let before = server.comes_to_rest();
    let idle = [(); 200].map(|()| connect(&scene, "idle", &server, address));
    serves_the_next_client(&scene, &server, address);
    server.comes_to_rest();
    idle.into_iter().for_each(harness::Peer::closes);
    (0..200).for_each(|_| _ = server.prints("closed the connection"));
    unharmed::has_not_grown(&server, before, server.comes_to_rest());
}

#[test]
fn lines_of_many_clients_never_mix() {
    const CLIENTS: usize = 20;
    const MESSAGES: usize = 50;
    let (scene, server, address) = start(SERVER, &[]);
    let peers: Vec<_> = (0..CLIENTS).map(|_| scene.connect("peer", address)).collect();
    let text = |client: usize, message: usize| format!("{message}-{}", "x".repeat(client * 40));
    for message in 0..MESSAGES {
        for (client, peer) in peers.iter().enumerate() {
            peer.sends(text(client, message)); // to all of them, before any of them replies
        }
        peers.iter().for_each(|peer| peer.receives(REPLY));
    }
    peers.into_iter().for_each(harness::Peer::closes);
    (0..CLIENTS).for_each(|_| _ = server.prints("closed the connection"));

    let printed = String::from_utf8(server.stdout()).expect("the server prints UTF-8");
    let mut messages: Vec<&str> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("[INFO] received from 127.0.0.1:"))
        .filter_map(|rest| Some(rest.split_once(": ")?.1))
        .collect();
    let mut sent: Vec<String> = (0..CLIENTS)
        .flat_map(|client| (0..MESSAGES).map(move |message| text(client, message)))
        .collect();
    messages.sort_unstable();
    sent.sort_unstable();
    assert_eq!(messages, sent, "every message is printed once, on a line of its own");
}

hostile::test_each_attack!(SERVER);

#[test]
fn flood() {
    hostile::flood(SERVER);
}

#[test]
#[cfg_attr(not(unix), ignore = "sets the limit with a shell's ulimit")]
fn out_of_descriptors_until_a_client_leaves() {
    let scene = Scene::new();
    // Three streams, the listener, and two clients.
    let server = scene.start_limited("-n 6", "server", SERVER, &["--port", "0"]);
    let address = server.address();
    server.prints("waiting for connection");
    let first = connect(&scene, "first", &server, address);
    let second = connect(&scene, "second", &server, address);
    server.prints("cannot accept");
    server.comes_to_rest();
    server.wakes_up(3); // it tries again, and does not say so again
    let third = scene.connect("third", address); // by the kernel, in whose queue it waits
    say(&second, &server, "I am still served");
    first.closes();
    server.prints("closed the connection");
    server.prints("connected by");
    server.prints("cannot accept");
    say(&third, &server, "hello");
    assert_snapshot!(scene.transcript());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "limits the address space, as Linux counts it")]
fn a_thread_that_cannot_start_costs_its_client_alone() {
    let scene = Scene::new();
    // In KiB: enough to run in, too little for the stacks of more than a few threads.
    let server = scene.start_limited("-v 40000", "server", SERVER, &["--port", "0"]);
    let address = server.address();
    server.prints("waiting for connection");
    let mut served = Vec::new();
    let refused = loop {
        let peer = scene.connect("peer", address);
        server.prints("connected by");
        peer.sends("hello");
        if server.prints("127.0.0.1").contains("cannot start a thread") {
            break peer;
        }
        peer.receives(REPLY);
        served.push(peer);
        assert!(served.len() < 100, "the limit on memory does not bite");
    };
    drop(refused);
    let first = served.first().expect("the limit leaves room for one client at least");
    say(first, &server, "still served");
    for peer in served {
        peer.closes();
        server.prints("closed the connection");
    }
    server.comes_to_rest(); // their threads have ended, and their stacks are free
    serves_the_next_client(&scene, &server, address);
}

#[test]
fn a_panic_in_a_thread_gives_back_what_it_held_and_harms_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it has a name");
    let mut peer = TcpStream::connect(address).expect("it listens");
    let (client, _) = listener.accept().expect("the peer has connected");
    let mut permits = permits::Permits::new(1);
    let permit = permits.take().expect("there is one");
    assert!(permits.take().is_none(), "there is only one");

    threads::in_a_thread("made up", move || {
        let _held = (client, permit); // dropped in this order
        panic!("a bug that this test makes up");
    })
    .expect("a thread starts");
    peer.set_read_timeout(Some(harness::DEADLINE)).expect("a timeout");
    assert_eq!(peer.read(&mut [0]).ok(), Some(0), "the client's socket is closed");
    let free = harness::poll(|| permits.take());
    assert!(free.is_some(), "the permit is given back");

    let (done, result) = mpsc::channel();
    threads::in_a_thread("next", move || done.send("served").expect("somebody waits"))
        .expect("a thread starts");
    assert_eq!(result.recv_timeout(harness::DEADLINE), Ok("served"));
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "other systems do not end a recv after Ctrl-Z and fg"
)]
fn a_recv_with_a_timeout_survives_stop_and_continue() {
    let (scene, server, address) = start(SERVER, &["--idle-timeout", "20"]);
    let peer = connect(&scene, "peer", &server, address);
    server.comes_to_rest(); // in recv
    server.stops_and_continues();
    say(&peer, &server, "hello");
}

#[test]
fn a_half_closed_client_still_gets_its_reply() {
    let (scene, server, address) = start(SERVER, &[]);
    let peer = connect(&scene, "peer", &server, address);
    peer.sends("hello");
    peer.half_closes();
    peer.receives(REPLY);
    peer.receives_end();
    server.prints("closed the connection");
}

#[test]
fn it_ends_quietly_when_its_reader_leaves() {
    unharmed::ends_quietly_when_its_reader_leaves(SERVER, &["--port", "0"]);
}

#[test]
fn a_port_in_use_is_a_clear_error() {
    let (scene, _first, address) = start(SERVER, &[]);
    let second = scene.start("second", SERVER, &["--port", &address.port().to_string()]);
    second.exits_with(1);
    assert_snapshot!(scene.transcript());
}

#[test]
fn help_reads_like_documentation() {
    let help = Command::new(SERVER).arg("--help").assert().success();
    assert_snapshot!(String::from_utf8_lossy(&help.get_output().stdout));
}

#[test]
fn wrong_usage_is_told() {
    let refuses = |args: &[&str], why: &str| {
        let refused = Command::new(SERVER).args(args).assert().code(2);
        refused.stdout("").stderr(starts_with("error: ").and(contains(why)));
    };
    refuses(&["--max-clients", "0"], "0 is not in 1..");
    refuses(&["--idle-timeout", "0"], "must be at least 0.000001");
    refuses(&["--idle-timeout", "-1"], "must be at least 0.000001");
    refuses(&["--idle-timeout", "soon"], "not a number of seconds, such as 2 or 0.5");
}
