//! Chapter 04: two clients, served at once.

use crate::timelines::stage::Stage;

const REPLY: &str = "server has received";

/// The conversation of chapter 02, with a thread for each client.
pub fn both_at_once(stage: &Stage) {
    let server = stage.start("server", "ch04-threaded-server", &["--port", "0"]);
    let port = server.address().port().to_string();
    let start = |name| stage.start(name, "ch03-client", &["--port", &port]);
    let first = start("client 1");
    server.prints("connected by");
    stage.all_wait();
    first.types("hello");
    first.prints(REPLY);
    let second = start("client 2");
    server.prints("connected by");
    stage.all_wait();
    second.types("me too");
    second.prints(REPLY);
    stage.all_wait();
    first.types("q");
    first.exits_with(0);
    server.prints("quit!");
    stage.all_wait();
    second.types("q");
    second.exits_with(0);
    server.prints("quit!");
    stage.all_wait();
    stage.ends(&server);
}
