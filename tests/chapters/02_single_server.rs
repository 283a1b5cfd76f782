//! Chapter 02: one client at a time, and no client that can do harm.

mod hostile;
mod unharmed;

use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use assert_cmd::Command;
use harness::Scene;
use hostile::{REPLY, connect, say, serves_the_next_client, start};
use insta::assert_snapshot;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, starts_with};
use socket2::{Domain, Socket, Type};

const SERVER: &str = env!("CARGO_BIN_EXE_ch02-single-server");

#[test]
fn conversation() {
    let (scene, server, address) = start(SERVER, &[]);
    let client = connect(&scene, "client", &server, address);
    say(&client, &server, "hello");
    say(&client, &server, "你好");
    client.sends("q");
    server.prints("quit!");
    client.receives_end();
    assert_snapshot!(scene.transcript());
}

#[test]
fn a_second_client_connects_but_waits() {
    let (scene, server, address) = start(SERVER, &[]);
    let first = connect(&scene, "first", &server, address);
    let second = scene.connect("second", address);
    second.sends("anybody there?");
    say(&first, &server, "hello"); // the server printed nothing of the second before this
    first.sends("q");
    server.prints("quit!");
    server.prints("anybody there?");
    second.receives(REPLY);
    second.closes();
    server.prints("closed");
    assert_snapshot!(scene.transcript());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems count the backlog differently")]
fn the_backlog_bounds_those_who_wait() {
    let (scene, server, address) = start(SERVER, &["--backlog", "2"]);
    let served = connect(&scene, "served", &server, address);
    // Linux admits one more than the backlog says; the next one's SYN stays without an answer.
    let _queue = [(); 3].map(|()| scene.connect("waiting", address));
    let refused = TcpStream::connect_timeout(&address, Duration::from_millis(300));
    let error = refused.map(|_| "it was connected").expect_err("the queue is full");
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    served.closes();
    server.prints("connected by");
}

#[test]
fn it_restarts_while_its_last_connection_rests_in_time_wait() {
    let (scene, server, address) = start(SERVER, &[]);
    let client = scene.connect("client", address);
    client.sends("q");
    client.receives_end(); // so the server closed first, and TIME_WAIT is on its side
    client.closes();
    server.stop();

    let plain = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let refused = plain.bind(&address.into()).expect_err("the port rests in TIME_WAIT");
    assert_eq!(refused.kind(), std::io::ErrorKind::AddrInUse);

    let restarted = scene.start("server", SERVER, &["--port", &address.port().to_string()]);
    assert_eq!(restarted.address(), address);
    serves_the_next_client(&scene, &restarted, address);
}

#[test]
fn a_port_in_use_is_a_clear_error() {
    let scene = Scene::new();
    let first = scene.start("first", SERVER, &["--port", "0"]);
    let port = first.address().port().to_string();
    let second = scene.start("second", SERVER, &["--port", &port]);
    second.exits_with(1);
    assert_snapshot!(scene.transcript());
}

harness::test_with! { ipv6,
    #[cfg_attr(not(target_os = "linux"), ignore = "other systems start with IPV6_V6ONLY on")]
    fn any_ipv6_address_takes_ipv4_clients_as_well() {
        let scene = Scene::new();
        let server = scene.start("server", SERVER, &["--host", "::", "--port", "0"]);
        let port = server.address().port();
        let client = scene.connect("client", (Ipv4Addr::LOCALHOST, port).into());
        server.prints("connected by");
        client.closes();
        server.prints("closed the connection");
        let second = scene.start("second", SERVER, &["--port", &port.to_string()]);
        second.exits_with(1);
        assert_snapshot!(scene.transcript());
    }
}

hostile::test_each_attack!(SERVER);

#[test]
fn flood() {
    hostile::flood(SERVER);
}

#[test]
fn a_client_that_never_reads_holds_it_up_until_it_leaves() {
    let (scene, server, address) = start(SERVER, &[]);
    serves_the_next_client(&scene, &server, address);
    let before = server.comes_to_rest();
    let greedy = scene.connect_with_small_buffer("greedy", address);
    greedy.sends_until_stuck(&[b'x'; 1024]);
    server.comes_to_rest(); // blocked in send, not spinning in it
    let next = scene.connect("next", address);
    next.sends("hello");
    greedy.closes();
    server.prints("client lost");
    server.prints("connected by");
    next.receives(REPLY);
    next.closes();
    server.prints("closed the connection");
    unharmed::has_not_grown(&server, before, server.comes_to_rest());
}

#[test]
fn an_idle_client_holds_up_the_next_until_it_leaves() {
    let (scene, server, address) = start(SERVER, &[]);
    let idle = connect(&scene, "idle", &server, address);
    let next = scene.connect("next", address);
    next.sends("hello");
    server.comes_to_rest();
    idle.closes();
    server.prints("closed the connection");
    server.prints("hello");
    next.receives(REPLY);
    next.closes();
    server.prints("closed the connection");
    assert_snapshot!(scene.transcript());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "raises the limit with prlimit")]
fn out_of_descriptors_and_back() {
    let scene = Scene::new();
    // Three streams and the listener: nothing is left for a client.
    let server = scene.start_limited("-n 4", "server", SERVER, &["--port", "0"]);
    let address = server.address();
    server.prints("cannot accept");
    server.comes_to_rest();
    server.wakes_up(3); // it tries again, and does not say so again
    let client = scene.connect("client", address); // by the kernel, in whose queue it waits
    server.raise_descriptor_limit();
    server.prints("connected by");
    say(&client, &server, "hello");
    client.closes();
    server.prints("closed the connection");
    assert_snapshot!(scene.transcript());
}

#[test]
fn it_ends_quietly_when_its_reader_leaves() {
    unharmed::ends_quietly_when_its_reader_leaves(SERVER, &["--port", "0"]);
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
    refuses(&["--port", "65536"], "65536 is not in 0..=65535");
    refuses(&["--backlog", "many"], "invalid value 'many' for '--backlog");
    refuses(&["--prot", "1"], "a similar argument exists: '--port'");
    refuses(&["6666"], "unexpected argument '6666'");
}

#[test]
fn a_host_that_nobody_knows_is_told() {
    let failed = Command::new(SERVER).args(["--host", "no such host"]).assert().code(1);
    failed.stderr(starts_with("error: cannot find the host \"no such host\": "));
}
