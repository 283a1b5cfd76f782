//! The states of TCP, as `ss` shows them.

use crate::recorder::Recorder;

const SERVER: &str = "ch02-single-server";
const CLIENT: &str = "ch03-client";

/// One client that is served, and one that waits in the queue and gives up.
pub fn of_waiting() -> String {
    let mut recorder = Recorder::new(&[SERVER, CLIENT]);
    let server = recorder.start("server", SERVER, &[]);
    server.address();
    recorder.look("listening", "ss -tan", "LISTEN");

    let first = recorder.start("first", CLIENT, &[]);
    first.types("hello");
    first.prints("server has received"); // read, so it is in nobody's queue any more
    recorder.look("established", "ss -tan", "ESTAB");
    recorder.look("owners", "ss -tanp", "ESTAB");

    let second = recorder.start("second", CLIENT, &[]);
    second.types("hello");
    recorder.look("queued", "ss -tan", "ESTAB  5");
    second.stop();
    recorder.look("close_wait", "ss -tan", "FIN-WAIT-2");
    recorder.finish()
}

/// The server closes first, then the client.
pub fn of_closing() -> String {
    const TYPED: &str = "(printf q; cat) | nc 127.0.0.1 6666";
    let mut recorder = Recorder::new(&[SERVER]);
    let server = recorder.start("server", SERVER, &[]);
    server.address();
    let client = recorder.start_command("nc", &format!("sh -c '{TYPED}'"));
    server.prints("quit!");
    recorder.awaits("ss -tan", "FIN-WAIT-2");
    // The FIN counts as one byte in Recv-Q until nc has read the end of the stream.
    recorder.look("half_closed", "ss -tan", "CLOSE-WAIT 0");
    recorder.screen("nc_that_stays", TYPED, &client, "");
    client.stop();
    recorder.look("time_wait", "ss -tan", "TIME-WAIT");
    recorder.finish()
}
