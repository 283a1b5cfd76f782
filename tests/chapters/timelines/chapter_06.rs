//! Chapter 06: one message in four reads, and two messages in one.

use crate::timelines::stage::Stage;

/// Whoever types at nc decides what it sends at once.
pub fn four_reads_and_one(stage: &Stage) {
    let server = stage.start("server", "ch06-framing", &["server", "--port", "0"]);
    let port = server.address().port().to_string();
    let nc = stage.start_command("nc", "nc", &["-N", "127.0.0.1", &port]);
    server.prints("connected by");
    stage.all_wait();
    stage.shows_from_here();
    for piece in ["he", "y the", "re", "\n"] {
        stage.all_wait();
        nc.writes(piece.as_bytes());
    }
    nc.prints("server has received");
    stage.all_wait();
    nc.writes(b"one\ntwo\n");
    nc.prints("server has received");
    nc.prints("server has received");
    stage.all_wait();
    stage.shows_up_to_here();
    nc.ends_its_input();
    nc.exits_with(0);
    stage.all_wait();
    stage.ends(&server);
}
