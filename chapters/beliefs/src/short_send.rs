//! send takes what there is room for, and says how much that was.

use std::io::{self, ErrorKind, Write};

use common::say;

use crate::pair::connected;

const LENGTH: usize = 16 << 20;

pub fn run() -> io::Result<()> {
    let (mut client, _server) = connected()?; // which never reads
    // ANCHOR: short-send
    client.set_nonblocking(true)?;
    let message = vec![b'x'; LENGTH];
    let taken = client.write(&message)?;
    say!("  send, non-blocking, of {LENGTH} bytes to a peer that does not read: {taken} are taken");
    say!("  the next send: {}", next_send(&mut client, &message[taken..])?);
    // ANCHOR_END: short-send
    Ok(())
}

/// Sends on until nothing more is taken, and says with which error that shows.
fn next_send(client: &mut socket2::Socket, mut rest: &[u8]) -> io::Result<String> {
    loop {
        match client.write(rest) {
            Ok(taken) => rest = &rest[taken..], // the kernel has found a little more room
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(error.to_string()),
            Err(error) => return Err(error),
        }
    }
}
