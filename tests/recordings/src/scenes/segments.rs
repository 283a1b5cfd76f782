//! Segments and datagrams on the wire, as `tcpdump` shows them.

use std::net::UdpSocket;

use harness::Program;

use crate::recorder::Recorder;

/// What a reader types. In here it needs no sudo, and shall print each line at once.
const TYPED: &str = "sudo tcpdump -i lo -n -t port 6666 or icmp";
const COMMAND: &str = "tcpdump --immediate-mode -l -i lo -n -t port 6666 or icmp or udp port 9";

/// Connect, a message, a reply, and the client closes first.
pub fn of_a_conversation() -> String {
    let mut recorder = Recorder::new(&["ch02-single-server"]);
    let server = recorder.start("server", "ch02-single-server", &[]);
    let address = server.address();
    let wire = start(&recorder);
    let client = recorder.scene.connect("client", address);
    server.prints("connected by");
    client.sends("hello");
    client.receives("[INFO] server has received your messages");
    client.closes();
    server.prints("closed the connection");
    recorder.awaits("ss -tan", "TIME-WAIT");
    recorder.record("conversation", TYPED, &stop(&wire));
    recorder.finish()
}

/// Nobody listens.
pub fn of_a_refusal() -> String {
    let mut recorder = Recorder::new(&["ch03-client"]);
    let wire = start(&recorder);
    recorder.start("client", "ch03-client", &[]).exits_with(1);
    recorder.record("refusal", TYPED, &stop(&wire));
    recorder.finish()
}

/// The server is stopped, and killed while its client's message stands unread in the queue.
pub fn of_a_reset() -> String {
    let mut recorder = Recorder::new(&["ch02-single-server"]);
    let server = recorder.start("server", "ch02-single-server", &[]);
    let address = server.address();
    let wire = start(&recorder);
    let client = recorder.scene.connect("client", address);
    server.prints("connected by");
    server.stops();
    client.sends("hello");
    recorder.awaits("ss -tan", "ESTAB  5");
    server.stop();
    recorder.record("reset", TYPED, &stop(&wire));
    recorder.finish()
}

/// Two datagrams and the reply to one; then the same to a port where nobody is.
pub fn of_datagrams() -> String {
    let mut recorder = Recorder::new(&["ch05-udp"]);
    let server = recorder.start("server", "ch05-udp", &["server"]);
    server.address();
    let wire = start(&recorder);
    let client = recorder.start("client", "ch05-udp", &["client"]);
    client.types("hello");
    client.types("q");
    client.exits_with(0);
    server.prints("quit!");
    recorder.record("datagrams", TYPED, &stop(&wire));
    server.stop();

    let wire = start(&recorder);
    let client = recorder.start("client", "ch05-udp", &["client"]);
    client.types("hello");
    client.exits_with(1);
    recorder.record("unreachable", TYPED, &stop(&wire));
    recorder.finish()
}

/// Starts tcpdump, and waits until it captures.
fn start(recorder: &Recorder) -> Program {
    let wire = recorder.start_command("tcpdump", COMMAND);
    wire.prints("listening on");
    wire
}

/// What has been captured since then. A datagram to the discard service marks the end: whatever
/// was on the wire before it has been captured when it shows.
fn stop(wire: &Program) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.send_to(b"end", "127.0.0.1:9").expect("loopback takes it");
    wire.prints("127.0.0.1.9: UDP");
    let text = String::from_utf8_lossy(&wire.stdout()).into_owned();
    wire.stop();
    let captured = text.lines().skip_while(|line| !line.contains("listening on")).skip(1);
    let before = captured.take_while(|line| !line.contains("127.0.0.1.9: UDP"));
    before.collect::<Vec<_>>().join("\n")
}
