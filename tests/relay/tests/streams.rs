//! What the relay does to streams.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use harness::{DEADLINE, poll};
use relay::{Direction, Shape, TcpRelay, TcpSettings, What};
use socket2::SockRef;

/// Much longer than any test waits.
const FOR_EVER: Duration = Duration::from_secs(3600);

/// A server's listener, and a relay before it that shapes both directions like this.
fn relay(seed: u64, shape: Shape) -> (TcpListener, TcpRelay) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let to = listener.local_addr().expect("it is bound");
    let settings = TcpSettings { seed, to_server: shape, to_client: shape, ..TcpSettings::new(to) };
    (listener, TcpRelay::start(settings).expect("a relay starts"))
}

fn connect(address: SocketAddr) -> TcpStream {
    patient(TcpStream::connect(address).expect("somebody listens"))
}

fn accept(listener: &TcpListener) -> TcpStream {
    patient(listener.accept().expect("somebody calls").0)
}

/// One that waits for what is awaited, and no longer than a test may take.
fn patient(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout can be set");
    stream.set_write_timeout(Some(DEADLINE)).expect("a timeout can be set");
    stream.set_nodelay(true).expect("an option can be set");
    stream
}

/// A client and a server that are connected through a relay.
fn connected(seed: u64, shape: Shape) -> (TcpStream, TcpStream, TcpRelay) {
    let (listener, relay) = relay(seed, shape);
    let client = connect(relay.address());
    let server = accept(&listener);
    (client, server, relay)
}

#[track_caller]
fn reads(mut stream: &TcpStream, expected: &[u8]) {
    let mut buffer = vec![0; expected.len()];
    stream.read_exact(&mut buffer).expect("all of it comes");
    assert!(buffer == expected, "{:?}", buffer.escape_ascii().to_string());
}

/// What one read returns.
#[track_caller]
fn one_read(mut stream: &TcpStream) -> Vec<u8> {
    let mut buffer = vec![0; 1 << 16];
    let count = stream.read(&mut buffer).expect("it can be read");
    buffer.truncate(count);
    buffer
}

#[track_caller]
fn is_reset(mut stream: &TcpStream) {
    let error = stream.read(&mut [0]).expect_err("no end of the stream, and no byte");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

/// The sizes of the writes in one direction.
fn pieces(relay: &TcpRelay, direction: Direction) -> Vec<usize> {
    let log = relay.log().into_iter().filter(|it| it.direction == direction);
    log.filter_map(|it| if let What::Bytes(count) = it.what { Some(count) } else { None }).collect()
}

#[test]
fn as_they_come_both_ways() {
    let (mut client, mut server, relay) = connected(1, Shape::default());
    for text in ["hello", "how are you?"] {
        client.write_all(text.as_bytes()).expect("it can be sent");
        reads(&server, text.as_bytes());
        server.write_all(b"fine").expect("it can be sent");
        reads(&client, b"fine");
    }
    assert_eq!(pieces(&relay, Direction::ToServer), [5, 12]);
    assert_eq!(pieces(&relay, Direction::ToClient), [4, 4]);
}

#[test]
fn chopped_to_single_bytes() {
    let (mut client, server, relay) = connected(1, Shape { chop: Some(1), ..Shape::default() });
    client.write_all(b"hello, world").expect("it can be sent");
    reads(&server, b"hello, world");
    assert_eq!(pieces(&relay, Direction::ToServer), [1; 12]);
}

#[test]
fn with_a_pause_each_piece_is_read_alone() {
    let pause = Duration::from_millis(500); // the receiver is waiting already
    let (mut client, server, _relay) =
        connected(1, Shape { chop: Some(2), even: true, pause, ..Shape::default() });
    client.write_all(b"hello").expect("it can be sent");
    let read: Vec<_> = (0..3).map(|_| one_read(&server)).collect();
    assert_eq!(read, [&b"he"[..], b"ll", b"o"]);
}

#[test]
fn the_same_seed_makes_the_same_pieces() {
    let shape = Shape { chop: Some(7), ..Shape::default() };
    let text = [b'x'; 1000];
    let sizes = |seed| {
        let (mut client, server, relay) = connected(seed, shape);
        client.write_all(&text).expect("it can be sent");
        reads(&server, &text);
        pieces(&relay, Direction::ToServer)
    };
    let first = sizes(5);
    assert_eq!(first, sizes(5));
    assert_ne!(first, sizes(6));
    assert!((1..=7).all(|size| first.contains(&size)), "{first:?}");
}

#[test]
fn two_sends_are_merged() {
    let merge = Some(10);
    let (mut client, server, relay) =
        connected(1, Shape { merge, patience: FOR_EVER, ..Shape::default() });
    client.write_all(b"hello").expect("it can be sent");
    client.write_all(b"world").expect("it can be sent");
    assert_eq!(one_read(&server), b"helloworld");
    assert_eq!(pieces(&relay, Direction::ToServer), [10]);
}

#[test]
fn what_is_too_little_goes_on_when_nothing_more_comes() {
    let (merge, patience) = (Some(1000), Duration::from_millis(20));
    let (mut client, server, _relay) = connected(1, Shape { merge, patience, ..Shape::default() });
    client.write_all(b"hello").expect("it can be sent");
    assert_eq!(one_read(&server), b"hello");
}

#[test]
fn the_end_does_not_wait_for_more() {
    let (mut client, mut server, _relay) =
        connected(1, Shape { merge: Some(1000), patience: FOR_EVER, ..Shape::default() });
    client.write_all(b"hello").expect("it can be sent");
    client.shutdown(Shutdown::Write).expect("it is connected");
    let mut text = String::new();
    server.read_to_string(&mut text).expect("the end comes");
    assert_eq!(text, "hello");
}

#[test]
fn delayed_bytes_and_their_end_come_in_order() {
    let delay = Duration::from_millis(30);
    let (mut client, mut server, _relay) =
        connected(1, Shape { delay, chop: Some(3), ..Shape::default() });
    let start = std::time::Instant::now();
    for text in ["one ", "two ", "three"] {
        client.write_all(text.as_bytes()).expect("it can be sent");
    }
    client.shutdown(Shutdown::Write).expect("it is connected");
    let mut text = String::new();
    server.read_to_string(&mut text).expect("the end comes");
    assert_eq!(text, "one two three");
    assert!(start.elapsed() >= delay);
}

#[test]
fn a_half_close_stays_one() {
    let (mut client, mut server, relay) = connected(1, Shape::default());
    client.write_all(b"a question").expect("it can be sent");
    client.shutdown(Shutdown::Write).expect("it is connected");
    let mut text = String::new();
    server.read_to_string(&mut text).expect("the end comes");
    assert_eq!(text, "a question");
    server.write_all(b"an answer").expect("the other direction is open");
    drop(server);
    text.clear();
    client.read_to_string(&mut text).expect("the end comes");
    assert_eq!(text, "an answer");
    let ends: Vec<_> = relay.log().into_iter().filter(|it| it.what == What::End).collect();
    assert_eq!(ends.len(), 2, "{ends:?}");
}

#[test]
fn a_reset_stays_one_in_both_directions() {
    for client_resets in [true, false] {
        let (client, server, relay) = connected(1, Shape::default());
        let (resets, other) = if client_resets { (client, server) } else { (server, client) };
        SockRef::from(&resets).set_linger(Some(Duration::ZERO)).expect("an option can be set");
        drop(resets);
        is_reset(&other);
        assert_eq!(relay.log().last().map(|it| it.what), Some(What::Reset));
    }
}

#[test]
fn where_nobody_listens_the_client_is_reset() {
    let (listener, relay) = relay(1, Shape::default());
    drop(listener);
    is_reset(&connect(relay.address()));
    // And the relay goes on.
    is_reset(&connect(relay.address()));
}

#[test]
fn many_connections_at_once_each_with_its_own() {
    let (listener, relay) = relay(9, Shape { chop: Some(3), ..Shape::default() });
    let echo = thread::spawn(move || {
        let connections: Vec<_> = (0..100).map(|_| accept(&listener)).collect();
        for mut connection in connections {
            let text = one_line(&connection);
            connection.write_all(text.as_bytes()).expect("it can be sent");
        }
    });
    let clients: Vec<_> = (0..100).map(|_| connect(relay.address())).collect();
    for (number, mut client) in clients.iter().enumerate().rev() {
        client.write_all(format!("I am {number}\n").as_bytes()).expect("it can be sent");
    }
    for (number, client) in clients.iter().enumerate() {
        assert_eq!(one_line(client), format!("I am {number}\n"));
    }
    echo.join().expect("the echo server has no trouble");
}

fn one_line(mut stream: &TcpStream) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the line goes on");
        line.push(byte[0]);
    }
    String::from_utf8(line).expect("it was text")
}

/// A receiver that does not read holds up its sender, and then gets everything.
#[test]
fn memory_is_bounded_and_nothing_is_lost() {
    let (client, mut server, relay) = connected(1, Shape::default());
    for socket in [&client, &server] {
        // Kernels give themselves more and more, up to several megabytes, unless they are told.
        SockRef::from(socket).set_send_buffer_size(1 << 16).expect("an option can be set");
        SockRef::from(socket).set_recv_buffer_size(1 << 16).expect("an option can be set");
    }
    client.set_nonblocking(true).expect("an option can be set");
    let chunk: Vec<u8> = (0..=255).cycle().take(1 << 16).collect();
    let mut sent = 0;
    let mut idle_since = None;
    // Nothing was taken, and the relay has handed nothing on, for a while: all queues are full.
    poll(|| {
        let before = (sent, relay.log().len());
        while let Ok(count) = (&client).write(&chunk[sent % 256..]) {
            sent += count;
        }
        let now = (sent, relay.log().len());
        match idle_since {
            Some((state, since)) if state == now && before == now => {
                let since: std::time::Instant = since;
                (since.elapsed() > Duration::from_millis(300)).then_some(())
            }
            _ => {
                idle_since = Some((now, std::time::Instant::now()));
                None
            }
        }
    })
    .expect("the sender is held up");
    assert!(sent < 32 << 20, "{sent} bytes were taken");
    drop(client); // what has been taken is still delivered
    let mut received = Vec::new();
    server.read_to_end(&mut received).expect("the end comes");
    assert_eq!(received.len(), sent);
    assert!(received.iter().zip((0..=255u8).cycle()).all(|(came, due)| *came == due));
}

#[test]
fn it_leaves_nothing_behind() {
    let (client, server, relay) = connected(1, Shape { delay: FOR_EVER, ..Shape::default() });
    let at = relay.address();
    (&client).write_all(b"never to arrive").expect("it can be sent");
    drop(relay);
    assert_eq!(one_read(&server), b"");
    let refused = TcpStream::connect(at).expect_err("nobody listens any more");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn settings_that_contradict_themselves_are_refused() {
    let settings = TcpSettings::new(SocketAddr::from(([127, 0, 0, 1], 9)));
    for shape in [
        Shape { chop: Some(0), ..Shape::default() },
        Shape { even: true, ..Shape::default() },
        Shape { merge: Some(1 << 20), ..Shape::default() },
    ] {
        let refused = TcpRelay::start(TcpSettings { to_client: shape, ..settings.clone() });
        assert_eq!(refused.expect_err("refused").kind(), ErrorKind::InvalidInput);
    }
}
