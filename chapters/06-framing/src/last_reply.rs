//! What becomes of a last reply when its sender closes with something unread.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::thread;

use common::{say, words};
use socket2::Socket;

use crate::pair::connected;

/// More than a client has room for that has not begun to read.
static REPLY: [u8; 200_000] = [b'x'; 200_000];

/// Closes a connection in two ways, and says what the client got.
pub fn run() -> io::Result<()> {
    // ANCHOR: abrupt
    let (mut client, server) = with_something_unread()?;
    drop(server);
    say!("closed with something unread:     the client gets {}", all_that_comes(&mut client));
    // ANCHOR_END: abrupt

    // ANCHOR: in-order
    let (mut client, mut server) = with_something_unread()?;
    let drained = thread::spawn(move || {
        server.shutdown(Shutdown::Write)?; // the client reads the end behind the reply
        io::copy(&mut server, &mut io::sink()) // until it has closed, too
    });
    say!("half-closed, drained, and closed: the client gets {}", all_that_comes(&mut client));
    drop(client);
    drained.join().expect("it does not panic")?;
    // ANCHOR_END: in-order
    Ok(())
}

/// A server that has replied, while the client has sent more than it has read.
fn with_something_unread() -> io::Result<(Socket, Socket)> {
    let (mut client, mut server) = connected(Some(4096))?;
    server.set_send_buffer_size(REPLY.len())?; // so that send need not wait for the client
    client.write_all(b"one thing, and another")?;
    server.read_exact(&mut [0; b"one thing".len()])?;
    server.write_all(&REPLY)?;
    Ok((client, server))
}

fn all_that_comes(client: &mut Socket) -> String {
    let mut reply = Vec::new();
    let end = match client.read_to_end(&mut reply) {
        Ok(_) => "the end of the stream".into(),
        Err(error) => words(&error),
    };
    format!("{} bytes of {}, then: {end}", reply.len(), REPLY.len())
}
