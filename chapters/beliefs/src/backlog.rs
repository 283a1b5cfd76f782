//! The backlog bounds those who wait to be accepted. The next one waits as well, in its connect.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use common::{say, words};
use socket2::{Domain, Socket, Type};

use crate::pair::listen;

pub fn run() -> io::Result<()> {
    // ANCHOR: backlog
    let (listener, address) = listen(2)?;
    say!("  listen with a backlog of 2, and no accept:");
    let mut waiting = Vec::new(); // dropped, they would be closed
    while let Some(client) = try_connect(address)? {
        waiting.push(client);
        say!("    client {} is connected", waiting.len());
    }
    listener.accept()?;
    say!("  after one accept:");
    if try_connect(address)?.is_some() {
        say!("    there is room for another");
    }
    // ANCHOR_END: backlog
    Ok(())
}

/// connect, bounded: `None` if there was no answer in time.
fn try_connect(address: SocketAddr) -> io::Result<Option<Socket>> {
    let client = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    match client.connect_timeout(&address.into(), Duration::from_millis(300)) {
        Ok(()) => Ok(Some(client)),
        Err(error) => {
            say!("    the next one is not: {}", words(&error));
            Ok(None)
        }
    }
}
