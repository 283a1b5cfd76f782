//! One client, from its first message to its end, in a thread of its own.

use std::io::{self, ErrorKind, Read, Write};
use std::time::Duration;

use common::{Decoder, info, timed_out, words};
use socket2::Socket;

use crate::permits::Permit;
use crate::threads::in_a_thread;

const REPLY: &[u8] = b"[INFO] server has received your messages";
const QUIT: &[u8] = b"q";

// ANCHOR: start
/// Serves `client` in a new thread. The thread owns the client's socket and its permit: when it
/// ends, however it ends, the one is closed and the other free.
pub fn start(client: Socket, peer: String, permit: Permit, idle_timeout: Option<Duration>) {
    let name = peer.clone();
    let started = in_a_thread(&name, move || {
        let end = serve_client(&client, &peer, idle_timeout);
        // First of all, so that whoever sees this client gone finds its permit free.
        drop(permit);
        info!("client {peer} {end}");
    });
    if let Err(error) = started {
        info!("client {name} lost: cannot start a thread: {error}");
    }
}
// ANCHOR_END: start

/// As in chapter 02, but for the client's name in each line. Returns how the client left.
fn serve_client(client: &Socket, peer: &str, idle_timeout: Option<Duration>) -> String {
    let mut text = Decoder::default();
    let end = talk(client, peer, &mut text, idle_timeout);
    let rest = text.finish();
    if !rest.is_empty() {
        info!("received from {peer}: {rest}"); // an incomplete character: the rest never came
    }
    match (end, idle_timeout) {
        (Ok(end), _) => end.into(),
        (Err(error), Some(limit)) if timed_out(&error) => format!("lost: idle for {limit:?}"),
        (Err(error), _) => format!("lost: {}", words(&error)),
    }
}

// ANCHOR: talk
/// recv, send, and again. Blocking is no trouble any more: it holds up this client's thread alone.
fn talk(
    mut client: &Socket,
    peer: &str,
    text: &mut Decoder,
    idle_timeout: Option<Duration>,
) -> io::Result<&'static str> {
    client.set_read_timeout(idle_timeout)?;
    // Whoever sends and never reads is idle too: our replies fill its buffers until send blocks.
    client.set_write_timeout(idle_timeout)?;
    let mut buffer = [0; 1024];
    loop {
        let message = match client.read(&mut buffer) {
            Ok(0) => return Ok("closed the connection"),
            Ok(n) => &buffer[..n],
            // A signal woke us; a recv with a timeout does not go on by itself after Ctrl-Z and fg.
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        info!("received from {peer}: {}", text.push(message));
        if message == QUIT {
            return Ok("quit!");
        }
        client.write_all(REPLY)?;
    }
}
// ANCHOR_END: talk
