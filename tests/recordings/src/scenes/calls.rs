//! System calls of the chapters' programs, as `strace` shows them.

use crate::recorder::Recorder;

/// A datagram socket from its creation to the wait that ends without a datagram.
pub fn of_create_socket() -> String {
    const TYPED: &str =
        "strace -e trace=%net,fcntl,close target/debug/ch01-create-socket --type dgram";
    let mut recorder = Recorder::new(&["ch01-create-socket"]);
    let program = recorder.start_command("program", TYPED);
    recorder.screen("calls_of_01", TYPED, &program, "+++ exited with 0 +++");
    recorder.finish()
}

/// A server for one client, and the client.
pub fn of_server_and_client() -> String {
    const SERVER: &str = "strace -e trace=%net,close target/debug/ch02-single-server";
    const CLIENT: &str = "strace -e trace=%net,close target/debug/ch03-client";
    let mut recorder = Recorder::new(&["ch02-single-server", "ch03-client"]);
    let server = recorder.start_command("server", SERVER);
    server.prints("waiting for connection");
    let client = recorder.start_command("client", CLIENT);
    server.prints("connected by");
    client.types("hello");
    client.prints("server has received");
    client.types("q");
    recorder.screen("calls_of_03", CLIENT, &client, "+++ exited with 0 +++");
    server.prints("quit!");
    server.prints("close(4)");
    recorder.screen("calls_of_02", SERVER, &server, "= 0\r\naccept4(3,");
    recorder.finish()
}

/// A server that runs already, and waits.
pub fn of_a_waiting_server() -> String {
    let mut recorder = Recorder::new(&["ch02-single-server"]);
    let server = recorder.start("server", "ch02-single-server", &[]);
    server.address();
    server.comes_to_rest();
    let typed = format!("strace -f -p {}", server.id());
    let strace = recorder.start_command("strace", &typed);
    recorder.screen("attached", &typed, &strace, "accept4(3,");
    recorder.finish()
}

/// A thread for each client: what each thread calls, in a file of its own.
pub fn of_threads() -> String {
    const TYPED: &str = "strace -ff -e trace=%net,close -o trace target/debug/ch04-threaded-server";
    let mut recorder = Recorder::new(&["ch04-threaded-server"]);
    let server = recorder.start_command("server", TYPED);
    server.prints("waiting for connection");
    let client = recorder.scene.connect("client", "127.0.0.1:6666".parse().expect("an address"));
    server.prints("connected by");
    client.sends("hello");
    client.receives("[INFO] server has received your messages");
    client.sends("q");
    server.prints("quit!");
    recorder.record("calls_of_04", TYPED, "");
    recorder.look("calls_of_04_threads", "tail -n 7 trace.*", "exited with 0");
    recorder.finish()
}

/// Three frames in one write, and what the server of chapter 06 calls for them.
pub fn of_frames() -> String {
    const TYPED: &str = "strace -ff -e trace=%net,close -o trace target/debug/ch06-framing server";
    const CLIENT: &str = r"printf 'hello\nagain\nq\n' | nc 127.0.0.1 6666";
    let mut recorder = Recorder::new(&["ch06-framing"]);
    let server = recorder.start_command("server", TYPED);
    server.prints("waiting for connection");
    recorder.look("netcat_with_lines", CLIENT, "received your messages\n[INFO]");
    server.prints("quit!");
    recorder.record("calls_of_06", TYPED, "");
    recorder.look("calls_of_06_threads", "tail -n 8 trace.*", "exited with 0");
    recorder.finish()
}

/// Datagrams: one socket for all clients.
pub fn of_datagrams() -> String {
    const SERVER: &str = "strace -e trace=%net,close target/debug/ch05-udp server";
    const CLIENT: &str = "strace -e trace=%net,close target/debug/ch05-udp client";
    let mut recorder = Recorder::new(&["ch05-udp"]);
    let server = recorder.start_command("server", SERVER);
    server.prints("waiting for datagrams");
    let client = recorder.start_command("client", CLIENT);
    client.types("hello");
    client.prints("server has received");
    client.types("q");
    recorder.screen("calls_of_05_client", CLIENT, &client, "+++ exited with 0 +++");
    server.prints("quit!");
    recorder.screen("calls_of_05_server", SERVER, &server, "quit!\r\nrecvfrom(3,");
    recorder.finish()
}

/// Python's timeouts: what `settimeout` does, and what it makes of `recv`.
pub fn of_python() -> String {
    let mut recorder = Recorder::new(&[]);
    let zero =
        "python3 -c 'import socket; s = socket.socket(); s.settimeout(0); print(s.getblocking())'";
    recorder.look("python_zero", zero, "False");
    let typed = "strace -e trace=%net,poll,ioctl python3 -c 'import socket; \
        s = socket.socket(type=socket.SOCK_DGRAM); s.bind((\"127.0.0.1\", 0)); \
        s.settimeout(0.5); s.recv(1024)'";
    recorder.look("python_timeout", typed, "exited with");
    recorder.finish()
}
