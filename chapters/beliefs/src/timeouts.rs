//! Zero is no timeout: what it means depends on whom you ask.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::Duration;

use common::say;

use crate::pair::connected;

pub fn run() -> io::Result<()> {
    let (client, _server) = connected()?; // which never sends
    // ANCHOR: timeouts
    let mut client = TcpStream::from(client);
    match client.set_read_timeout(Some(Duration::ZERO)) {
        Ok(()) => say!("  std's set_read_timeout(0) works"),
        Err(error) => say!("  std's set_read_timeout(0): {error}"),
    }
    client.set_read_timeout(None)?;
    say!("  None is no timeout: recv would wait for ever");
    client.set_nonblocking(true)?;
    if let Err(error) = client.read(&mut [0; 16]) {
        say!("  not to wait at all is set_nonblocking: {error}");
    }
    // ANCHOR_END: timeouts
    Ok(())
}
