//! Replies: the one that is waited for, and those that come late.

use std::io::{self, ErrorKind};
use std::net::UdpSocket;

use common::{Failure, OrFail, info, printable};

use crate::LIMIT;

/// recv, again where a signal cut it short (Ctrl-Z and fg do that to a recv with a timeout).
pub fn receive(server: &UdpSocket, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match server.recv(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            received => return received,
        }
    }
}

// ANCHOR: late
/// Takes in what has come since the last reply, without waiting. Returns how many of the `open`
/// replies that accounts for.
pub fn late_replies(server: &UdpSocket, open: u16) -> Result<u16, Failure> {
    let mut buffer = [0; LIMIT + 1];
    let mut count = 0;
    server.set_nonblocking(true).or_fail("cannot stop blocking")?;
    // A few more than we expect, for a datagram can arrive twice; not without end, for a server
    // that floods us must not keep us from going on.
    while count < open.saturating_add(16) {
        // Mostly "nothing more, it would block"; any other error meets the next message again.
        let Ok(length) = server.recv(&mut buffer) else { break };
        info!("late reply to an earlier try: {}", shown(&buffer[..length]));
        count += 1;
    }
    server.set_nonblocking(false).or_fail("cannot block again")?;
    Ok(open.min(count))
}
// ANCHOR_END: late

/// A reply as it is shown, with a word if it was longer than the limit and has been cut.
pub fn shown(reply: &[u8]) -> String {
    match reply.get(..LIMIT + 1) {
        Some(_) => format!("{} (cut)", printable(&reply[..LIMIT])),
        None => printable(reply),
    }
}
