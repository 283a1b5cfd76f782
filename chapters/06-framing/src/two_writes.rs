//! What a frame costs that is written in two pieces: the header, then the body.
//!
//! Nagle's algorithm (RFC 9293, section 3.7.4) holds a small segment back while an earlier one is
//! not acknowledged. And the receiver holds its acknowledgement back (section 3.8.6.3), for 40 ms
//! or more on Linux, in the hope of a reply that could take it along. The body waits for the acknowledgement
//! of the header, and the reply waits for the body.

use std::io::{self, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use common::say;
use socket2::Socket;

use crate::pair::connected;

/// The first few are quicker: Linux acknowledges at once on a new connection.
const ROUND_TRIPS: usize = 50;

const HEADER: [u8; 4] = 5u32.to_be_bytes();
const BODY: &[u8] = b"hello";

/// Measures a round trip in three ways.
pub fn run() -> io::Result<()> {
    let median = median(&connected(None)?, |client| {
        client.write_all(&HEADER)?;
        client.write_all(BODY)
    })?;
    say!("header and body in two writes:                {median:?} for a round trip");

    // ANCHOR: one-write
    let frame = [&HEADER[..], BODY].concat();
    let median = self::median(&connected(None)?, |client| client.write_all(&frame))?;
    say!("both in one write:                            {median:?}");
    // ANCHOR_END: one-write

    // ANCHOR: no-delay
    let pair = connected(None)?;
    pair.0.set_tcp_nodelay(true)?;
    let median = self::median(&pair, |client| {
        client.write_all(&HEADER)?;
        client.write_all(BODY)
    })?;
    say!("two writes again, but with TCP_NODELAY:       {median:?}");
    // ANCHOR_END: no-delay
    Ok(())
}

/// The time of a round trip that half of them take less than: a frame there, and one back.
fn median(
    (client, server): &(Socket, Socket),
    send: impl Fn(&mut &Socket) -> io::Result<()>,
) -> io::Result<Duration> {
    thread::scope(|threads| {
        let answers = threads.spawn(|| answer(server));
        let (mut client, mut frame) = (client, [0; HEADER.len() + BODY.len()]);
        let mut times = Vec::new();
        for _ in 0..ROUND_TRIPS {
            let start = Instant::now();
            send(&mut client)?;
            client.read_exact(&mut frame)?;
            times.push(start.elapsed());
        }
        answers.join().expect("it does not panic")?;
        times.sort();
        Ok(times[times.len() / 2])
    })
}

/// A server that sends each frame back when all of it has come.
fn answer(mut server: &Socket) -> io::Result<()> {
    let mut frame = [0; HEADER.len() + BODY.len()];
    for _ in 0..ROUND_TRIPS {
        server.read_exact(&mut frame)?;
        server.write_all(&frame)?;
    }
    Ok(())
}
