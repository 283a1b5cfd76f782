//! Sending nothing on a stream sends nothing: the peer sees neither a message nor an end.

use std::io::{self, Read, Write};
use std::time::Duration;

use common::{say, words};

use crate::pair::connected;

pub fn run() -> io::Result<()> {
    let (mut client, mut server) = connected()?;
    server.set_read_timeout(Some(Duration::from_millis(300)))?;
    let mut buffer = [0; 16];
    // ANCHOR: empty-send
    say!("  send of 0 bytes: it returns {}", client.write(b"")?);
    match server.read(&mut buffer) {
        Ok(count) => say!("  recv at the other end returns {count} bytes"),
        Err(error) => say!("  recv at the other end: {}", words(&error)),
    }
    drop(client);
    say!("  after close, recv returns {} bytes", server.read(&mut buffer)?);
    // ANCHOR_END: empty-send
    Ok(())
}
