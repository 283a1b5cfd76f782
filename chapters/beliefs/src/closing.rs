//! The listener and each connection are sockets of their own. Each is closed when the last that
//! refers to it goes, and in Rust that is a drop.

use std::io::{self, Read, Write};

use common::{say, words};

use crate::pair::{connect, listen};

pub fn run() -> io::Result<()> {
    let mut buffer = [0; 16];
    let (listener, address) = listen(1)?;
    // ANCHOR: closing
    let mut first = connect(address)?;
    let (server, _) = listener.accept()?;
    let copy = server.try_clone()?; // a second descriptor for the same socket
    drop(server);
    first.set_nonblocking(true)?;
    if first.read(&mut buffer).is_err() {
        say!("  one of two descriptors is dropped: the connection stands");
    }
    drop(copy);
    first.set_nonblocking(false)?;
    say!("  the other one, too: the client's recv returns {} bytes", first.read(&mut buffer)?);

    let mut second = connect(address)?;
    let (mut server, _) = listener.accept()?;
    say!("  the listener still listens: a second client is connected");
    drop(listener);
    server.write_all(b"hello")?;
    say!(
        "  the listener is dropped: the second client receives {} bytes",
        second.read(&mut buffer)?
    );
    if let Err(error) = connect(address) {
        say!("  a third client: {}", words(&error));
    }
    // ANCHOR_END: closing
    Ok(())
}
