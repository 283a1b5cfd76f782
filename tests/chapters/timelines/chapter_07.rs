//! Chapter 07: a line is said to three, one of whom is slow.

use crate::timelines::stage::Stage;

/// Carol's program is stopped while Alice speaks, and reads what it has missed when it goes on.
pub fn one_of_three_is_slow(stage: &Stage) {
    let server = stage.start("server", "ch07-chat-room", &["server", "--port", "0"]);
    let port = server.address().port().to_string();
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| {
        let nc = stage.start_command(name, "nc", &["-N", "127.0.0.1", &port]);
        stage.all_wait();
        nc.enters(name);
        server.prints(&format!("is {name}"));
        stage.all_wait();
        nc
    });
    stage.shows_from_here();
    stage.stops(&carol);
    stage.all_wait();
    alice.enters("hello");
    bob.prints("hello");
    stage.all_wait();
    stage.continues(&carol);
    carol.prints("hello");
    stage.all_wait();
    stage.shows_up_to_here();
    for nc in [alice, bob, carol] {
        nc.ends_its_input();
        nc.exits_with(0);
        stage.all_wait();
    }
    stage.ends(&server);
}
