//! Chapter 05: a datagram is lost, and sent again.

use crate::timelines::stage::Stage;

/// With this seed, the relay drops the first datagram, and nothing else that comes here.
const SEED: &str = "4";

/// A relay stands between the client and the server, and loses the first message.
pub fn lost_and_sent_again(stage: &Stage) {
    let server = stage.start("server", "ch05-udp", &["server", "--port", "0"]);
    let to = server.address().to_string();
    let args = ["udp", "--to", &to, "--listen", "127.0.0.1:0", "--drop", "50", "--seed", SEED];
    let relay = stage.start("relay", "relay", &args);
    let port = relay.address().port().to_string();
    let args = ["client", "--port", &port, "--timeout", "0.5"];
    let client = stage.start("client", "ch05-udp", &args);
    client.prints("sending to");
    stage.all_wait();
    stage.shows_from_here();
    client.types("hello");
    client.prints("sending it again");
    client.prints("server has received");
    stage.all_wait();
    stage.shows_up_to_here();
    client.types("q");
    client.exits_with(0);
    stage.all_wait();
    stage.ends(&relay);
    stage.ends(&server);
}
