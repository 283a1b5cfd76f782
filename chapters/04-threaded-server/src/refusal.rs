//! A refusal that arrives.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use common::info;
use socket2::Socket;

use crate::permits::Permits;
use crate::threads::in_a_thread;

const FULL: &[u8] = b"[INFO] server is full, try again later";
const LINGER_TIME: Duration = Duration::from_secs(2);

// ANCHOR: refuse
/// Tells one client too many that the server is full, then closes the connection.
///
/// If we close while something that the client has sent is unread, the kernel sends a reset and not
/// the end of the stream (RFC 9293, section 3.6.1). Some systems then throw away what the client
/// has received and not yet read, and a refusal that was lost on the way is not sent again. So a
/// thread reads on until the client has closed as well, which is called a lingering close.
pub fn refuse(client: Socket, peer: String, lingering: &mut Permits) {
    info!("client {peer} refused: the server is full");
    if tell(&client).is_err() {
        return; // it has gone already
    }
    // Without a permit, or without a thread, the client is closed at once: a crowd of refused
    // clients must not take what those that are served need.
    if let Some(permit) = lingering.take() {
        let _ = in_a_thread(&peer, move || {
            drain(&client);
            drop(permit);
        });
    }
}
// ANCHOR_END: refuse

// ANCHOR: tell
/// send, and shutdown of our half: the client reads the refusal, then the end of the stream. A new
/// connection's send buffer is empty, so this does not block.
fn tell(mut client: &Socket) -> io::Result<()> {
    client.write_all(FULL)?;
    client.shutdown(Shutdown::Write)
}
// ANCHOR_END: tell

// ANCHOR: drain
/// recv until the client has closed as well, or until it has had time enough.
fn drain(mut client: &Socket) {
    let start = Instant::now();
    let mut buffer = [0; 1024];
    while let Some(left) = LINGER_TIME.checked_sub(start.elapsed()) {
        // A timeout of less than the kernel's microsecond would mean none at all.
        let limit = Some(left.max(Duration::from_millis(1)));
        if client.set_read_timeout(limit).is_err() {
            return;
        }
        match client.read(&mut buffer) {
            Ok(1..) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => return, // the end, a reset, the timeout: there is nothing left to read
        }
    }
}
// ANCHOR_END: drain
