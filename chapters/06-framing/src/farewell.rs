//! A last word that arrives: what the server says before it closes.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use socket2::Socket;

/// How long a client that we have finished with is waited for.
const LINGER_TIME: Duration = Duration::from_secs(2);

// ANCHOR: say-and-close
/// Sends a last frame, and closes in order.
pub fn say_and_close(mut client: &Socket, last: &[u8]) -> io::Result<()> {
    client.set_write_timeout(Some(LINGER_TIME))?;
    client.write_all(last)?;
    close(client)
}

/// Closes our half: the client reads what we have said, and then the end of the stream. Then reads
/// on, and throws away what comes, until the client has closed as well, or has had time enough.
///
/// If something is unread when we close, or comes afterwards, the kernel answers with a reset (RFC
/// 9293, section 3.6.1). Then what is still to be sent is thrown away, on Linux, and on some systems
/// also what the client has not read yet.
pub fn close(mut client: &Socket) -> io::Result<()> {
    let start = Instant::now();
    client.shutdown(Shutdown::Write)?;
    let mut buffer = [0; 4096];
    while let Some(left) = LINGER_TIME.checked_sub(start.elapsed()) {
        // A timeout of less than the kernel's microsecond would mean none at all.
        client.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        match client.read(&mut buffer) {
            Ok(1..) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => break, // the end, a reset, the timeout: there is nothing left to read
        }
    }
    Ok(())
}
// ANCHOR_END: say-and-close
