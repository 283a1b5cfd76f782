//! What the relay does to datagrams.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use harness::{DEADLINE, poll};
use relay::{Decision, Direction, Fate, Trouble, UdpRelay, UdpSettings};
use socket2::{Domain, Socket, Type};

/// A socket that waits for what is awaited, and no longer than a test may take.
fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port is free");
    socket.set_read_timeout(Some(DEADLINE)).expect("a timeout can be set");
    socket
}

/// As `socket`, at this port, which another one may have that was made here, too.
fn at_a_port_that_others_may_take(port: u16) -> UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).expect("a socket can be had");
    socket.set_reuse_address(true).expect("the option can be set");
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    socket.bind(&address.into()).expect("the port may be taken");
    socket.set_read_timeout(Some(DEADLINE)).expect("a timeout can be set");
    socket.into()
}

fn address(socket: &UdpSocket) -> SocketAddr {
    socket.local_addr().expect("it is bound")
}

fn send(from: &UdpSocket, to: SocketAddr, number: u32) {
    from.send_to(&number.to_be_bytes(), to).expect("it can be sent");
}

#[track_caller]
fn receive(socket: &UdpSocket) -> (u32, SocketAddr) {
    let mut buffer = [0; 4];
    let (length, from) = socket.recv_from(&mut buffer).expect("a datagram comes");
    assert_eq!(length, 4);
    (u32::from_be_bytes(buffer), from)
}

/// A server behind a relay that gives this trouble in both directions.
fn relay(seed: u64, trouble: Trouble) -> (UdpSocket, UdpRelay) {
    let server = socket();
    let to = address(&server);
    let settings =
        UdpSettings { seed, to_server: trouble, to_client: trouble, ..UdpSettings::new(to) };
    (server, UdpRelay::start(settings).expect("a relay starts"))
}

fn to_server(relay: &UdpRelay) -> Vec<Decision> {
    relay.log().into_iter().filter(|it| it.direction == Direction::ToServer).collect()
}

fn fates(relay: &UdpRelay, direction: Direction) -> Vec<Fate> {
    let log = relay.log().into_iter().filter(|it| it.direction == direction);
    log.map(|decision| decision.fate).collect()
}

const ROUGH: Trouble = Trouble {
    drop: 20,
    duplicate: 20,
    reorder: 20,
    most_in_a_row: 2,
    delay: Duration::ZERO,
    hold: Duration::from_secs(3600),
};

#[test]
fn without_trouble_all_passes_both_ways() {
    let (server, relay) = relay(1, Trouble::default());
    let client = socket();
    for number in 0..100 {
        send(&client, relay.address(), number);
        let (came, from) = receive(&server);
        assert_eq!(came, number);
        send(&server, from, number + 1);
        assert_eq!(receive(&client), (number + 1, relay.address()));
    }
}

/// What comes, and in which order, follows from the log.
#[test]
fn nothing_is_lost_but_what_the_log_says() {
    let (server, relay) = relay(7, ROUGH);
    let client = socket();
    let mut expected = Vec::new();
    let mut held = Vec::new();
    for number in 0..200 {
        send(&client, relay.address(), number);
        let place = number as usize;
        let fate = poll(|| to_server(&relay).get(place).copied()).expect("it is decided").fate;
        match fate {
            Fate::Dropped => {}
            Fate::HeldBack => held.push(number),
            Fate::Passed | Fate::Duplicated => {
                expected.push(number);
                expected.extend((fate == Fate::Duplicated).then_some(number));
                expected.append(&mut held);
            }
        }
    }
    let came: Vec<_> = expected.iter().map(|_| receive(&server).0).collect();
    assert_eq!(came, expected);
    assert_ne!(came, (0..200).collect::<Vec<_>>(), "there has been trouble");
    for fate in [Fate::Passed, Fate::Dropped, Fate::Duplicated, Fate::HeldBack] {
        assert!(to_server(&relay).iter().any(|it| it.fate == fate), "{fate:?}");
    }
}

/// Two runs with different timing: once all at once, once one after the other, with answers.
#[test]
fn the_same_seed_is_the_same_fate() {
    let (_server, hasty) = relay(3, ROUGH);
    let client = socket();
    for number in 0..50 {
        send(&client, hasty.address(), number);
    }
    let (server, calm) = relay(3, ROUGH);
    let client = socket();
    for number in 0..50 {
        send(&client, calm.address(), number);
        poll(|| (to_server(&calm).len() > number as usize).then_some(())).expect("it is decided");
    }
    let upstream = receive(&server).1;
    send(&server, upstream, 0);
    poll(|| (!fates(&calm, Direction::ToClient).is_empty()).then_some(())).expect("it is decided");
    let done = |relay: &UdpRelay| (to_server(relay).len() == 50).then_some(());
    poll(|| done(&hasty)).expect("all have come");
    assert_eq!(to_server(&hasty), to_server(&calm));

    let (_server, other) = relay(4, ROUGH);
    for number in 0..50 {
        send(&client, other.address(), number);
    }
    poll(|| done(&other)).expect("all have come");
    assert_ne!(to_server(&hasty), to_server(&other));
}

#[test]
fn percentages_are_kept_and_so_is_the_most_in_a_row() {
    for most_in_a_row in [1, 2, u32::MAX] {
        let (_server, relay) = relay(11, Trouble { drop: 50, most_in_a_row, ..Trouble::default() });
        let client = socket();
        for number in 0..1000 {
            send(&client, relay.address(), number);
            poll(|| (relay.log().len() > number as usize).then_some(())).expect("it is decided");
        }
        let fates = fates(&relay, Direction::ToServer);
        let runs = fates.split(|fate| *fate != Fate::Dropped).map(<[Fate]>::len);
        let longest = runs.max().expect("there are runs");
        let dropped = fates.iter().filter(|fate| **fate == Fate::Dropped).count();
        match most_in_a_row {
            u32::MAX => assert!((450..550).contains(&dropped) && longest > 2, "{dropped}"),
            most => assert_eq!(longest, most as usize),
        }
    }
}

#[test]
fn the_last_one_held_back_comes_in_the_end() {
    let hold = Duration::from_millis(20);
    let (server, relay) = relay(1, Trouble { reorder: 100, hold, ..Trouble::default() });
    send(&socket(), relay.address(), 5);
    assert_eq!(receive(&server).0, 5);
}

#[test]
fn clients_are_told_apart() {
    let (server, relay) = relay(1, Trouble::default());
    let clients: Vec<_> = (0..3).map(|_| socket()).collect();
    let mut upstream = Vec::new();
    for (number, client) in (0..).zip(&clients) {
        send(client, relay.address(), number);
        let (came, from) = receive(&server);
        assert_eq!(came, number);
        upstream.push(from);
    }
    for (number, (client, from)) in [12, 11, 10].into_iter().zip(clients.iter().zip(upstream)) {
        send(&server, from, number);
        assert_eq!(receive(client).0, number);
    }
    let numbers: Vec<_> = to_server(&relay).iter().map(|it| (it.client, it.index)).collect();
    assert_eq!(numbers, [(0, 0), (1, 0), (2, 0)]);
}

#[test]
fn a_server_that_is_not_there_yet_is_served_when_it_comes() {
    // One that is connected receives from its peer only (udp(7)): for all others nobody is at its port.
    // A port that was given back instead could soon be somebody else's.
    let placeholder = at_a_port_that_others_may_take(0);
    placeholder.connect(address(&socket())).expect("it can be connected");
    let to = address(&placeholder);
    let relay = UdpRelay::start(UdpSettings::new(to)).expect("a relay starts");
    let client = socket();
    // The kernel answers some of these with "port unreachable", which the relay gets over.
    for number in 0..5 {
        send(&client, relay.address(), number);
        poll(|| (relay.log().len() > number as usize).then_some(())).expect("it is decided");
    }
    let server = at_a_port_that_others_may_take(to.port());
    send(&client, relay.address(), 6);
    assert_eq!(receive(&server).0, 6);
}

#[test]
fn more_than_it_may_hold_waits_for_its_turn() {
    let (server, relay) =
        relay(1, Trouble { reorder: 100, hold: Duration::from_millis(30), ..Trouble::default() });
    let client = socket();
    // It may hold 128; the others wait in the kernel's buffer, which is large enough for them.
    for number in 0..160 {
        send(&client, relay.address(), number);
    }
    for number in 0..160 {
        assert_eq!(receive(&server).0, number, "all are held for as long, so the order is kept");
    }
}

#[test]
fn it_leaves_nothing_behind() {
    let (server, relay) = relay(1, ROUGH);
    let at = relay.address();
    send(&socket(), at, 1);
    drop((server, relay));
    UdpSocket::bind(at).expect("its port is free again");
}

#[test]
fn percentages_over_a_hundred_are_refused() {
    let trouble = Trouble { drop: 60, duplicate: 60, ..Trouble::default() };
    let settings = UdpSettings::new(SocketAddr::from(([127, 0, 0, 1], 9)));
    let refused = UdpRelay::start(UdpSettings { to_client: trouble, ..settings });
    assert_eq!(
        refused.expect_err("too much").to_string(),
        "drop, duplicate and reorder are more than 100 % together"
    );
}
