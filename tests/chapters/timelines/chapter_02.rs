//! Chapter 02: a second client connects, sends, and waits while the first one is served.

use crate::timelines::stage::Stage;

const REPLY: &str = "server has received";

/// The second client's connection and its message are in the kernel before the server asks for them.
pub fn one_after_the_other(stage: &Stage) {
    let server = stage.start("server", "ch02-single-server", &["--port", "0"]);
    let port = server.address().port().to_string();
    let start = |name| stage.start(name, "ch03-client", &["--port", &port]);
    let first = start("client 1");
    server.prints("connected by");
    stage.all_wait();
    first.types("hello");
    first.prints(REPLY);
    let second = start("client 2");
    second.prints("connected to");
    stage.all_wait();
    second.types("me too");
    stage.all_wait();
    first.types("q");
    first.exits_with(0);
    second.prints(REPLY);
    stage.all_wait();
    second.types("q");
    second.exits_with(0);
    server.prints("quit!");
    server.prints("quit!");
    stage.all_wait();
    stage.ends(&server);
}
