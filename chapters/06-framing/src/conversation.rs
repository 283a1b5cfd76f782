//! One client's conversation, frame by frame.

use std::io::{self, ErrorKind, Write};
use std::time::Duration;

use common::{info, printable, timed_out, words};
use socket2::Socket;

use crate::farewell::{close, say_and_close};
use crate::frames::Frame;
use crate::framing::Framing;
use crate::reader::Reader;

const REPLY: &[u8] = b"[INFO] server has received your messages";
const QUIT: &[u8] = b"q";

/// Serves a client to its end, and says how it left.
pub fn serve(
    client: &Socket,
    peer: &str,
    framing: Framing,
    idle_timeout: Option<Duration>,
) -> String {
    match (talk(client, peer, framing, idle_timeout), idle_timeout) {
        (Ok(end), _) => end,
        (Err(error), Some(limit)) if timed_out(&error) => format!("lost: idle for {limit:?}"),
        (Err(error), _) if error.kind() == ErrorKind::UnexpectedEof => {
            "lost: it has closed the connection inside a message".into()
        }
        (Err(error), _) => format!("lost: {}", words(&error)),
    }
}

// ANCHOR: talk
/// Receive a frame, send one, and again.
fn talk(
    mut client: &Socket,
    peer: &str,
    framing: Framing,
    idle_timeout: Option<Duration>,
) -> io::Result<String> {
    client.set_read_timeout(idle_timeout)?;
    client.set_write_timeout(idle_timeout)?;
    let limit = framing.limit;
    let mut reader = Reader::new(client, framing.frame, limit as usize);
    while let Some(frame) = reader.next()? {
        match frame {
            Frame::Message(message) if message == QUIT => {
                let _ = close(client); // it has been served, however that ends
                return Ok("quit!".into());
            }
            Frame::Message(message) => {
                info!("received from {peer}: {}", printable(&message));
                client.write_all(&framed(framing, REPLY))?;
            }
            // The end of a line is found however long it is, so the conversation goes on.
            Frame::Skipped => {
                info!("received from {peer}: a line of more than {limit} bytes, skipped");
                client.write_all(&framed(framing, too_long(limit).as_bytes()))?;
            }
            // The next message begins up to 4 GiB later, and nobody wants to wait for that.
            Frame::Refused(length) => {
                let _ = say_and_close(client, &framed(framing, too_long(limit).as_bytes()));
                return Ok(format!("refused: a message of {length} bytes"));
            }
        }
    }
    Ok("closed the connection".into())
}
// ANCHOR_END: talk

fn too_long(limit: u32) -> String {
    format!("[ERROR] a message has {limit} bytes at most")
}

/// The frame of a reply: one buffer, and so one write. (two_writes.rs shows what two would cost.)
pub fn framed(framing: Framing, reply: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    assert!(framing.frame.encode(reply, &mut frame), "a reply is a short line");
    frame
}
