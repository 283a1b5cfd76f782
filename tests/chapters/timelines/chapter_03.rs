//! Chapter 03: what a client waits for: the keyboard, a reply, and a time to be over.

use crate::timelines::stage::Stage;

/// The server is busy with the first client, so the second one's patience ends before a reply comes.
pub fn what_a_client_waits_for(stage: &Stage) {
    let server = stage.start("server", "ch02-single-server", &["--port", "0"]);
    let port = server.address().port().to_string();
    let first = stage.start("client 1", "ch03-client", &["--port", &port]);
    server.prints("connected by");
    stage.all_wait();
    first.types("hello");
    first.prints("server has received");
    stage.all_wait();
    let args = ["--port", &port, "--timeout", "0.5"];
    let second = stage.start("client 2", "ch03-client", &args);
    second.prints("connected to");
    stage.all_wait();
    second.types("anybody?");
    second.exits_with(1);
    first.types("q");
    first.exits_with(0);
    server.prints("received from client: anybody?");
    stage.all_wait();
    stage.ends(&server);
}
