//! A refusal that arrives.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use common::info;
use socket2::Socket;

use crate::seats::Seats;
use crate::threads::in_a_thread;

const FULL: &[u8] = b"[INFO] server is full, try again later";
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells one client too many that the server is full, then closes the connection.
///
/// If the client has sent something that we have not read, close throws the connection away with a
/// reset (RFC 9293, section 3.6.1; RFC 1122, 4.2.2.13), and the reset can overtake the refusal. So
/// a thread reads what the client has to say first, if there is a place at the `door`.
pub fn turn_away(client: Socket, peer: String, door: &Seats) {
    info!("client {peer} refused: the server is full");
    if tell(&client).is_err() {
        return; // it has gone already
    }
    // Without a place at the door the client is closed at once: a crowd of refused clients must
    // not take more threads than those that are served.
    if let Some(place) = door.take() {
        in_a_thread(&peer, move || {
            drain(&client);
            drop(place);
        });
    }
}

/// send, and shutdown of our half: the client reads the refusal, then the end of the stream. A new
/// connection's send buffer is empty, so this does not block.
fn tell(mut client: &Socket) -> io::Result<()> {
    client.write_all(FULL)?;
    client.shutdown(Shutdown::Write)
}

/// recv until the client has closed as well, and no longer than our patience lasts.
fn drain(mut client: &Socket) {
    let start = Instant::now();
    let mut buffer = [0; 1024];
    while let Some(left) = PATIENCE.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
        // The end, a reset, the timeout: in each case there is nothing left to read.
        if client.set_read_timeout(Some(left)).is_err()
            || !matches!(client.read(&mut buffer), Ok(1..))
        {
            return;
        }
    }
}
