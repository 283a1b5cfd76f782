//! Three ways to wait for what does not come: for ever, for a while, and not at all.

use std::io::{self, ErrorKind, Read};
use std::time::Instant;

use common::{Failure, OrFail, say, timed_out};
use socket2::Socket;

use crate::portrait::name;
use crate::{Cli, Kind};

// ANCHOR: waiting
/// Waits on a bound socket: in accept if it is a stream, which becomes a listener first; in recv if
/// it takes datagrams.
pub fn show(socket: &Socket, kind: Kind, cli: &Cli) -> Result<(), Failure> {
    say!("");
    let (call, wait): (_, fn(&Socket) -> io::Result<()>) = match kind {
        Kind::Dgram => ("recv on a datagram socket", receive),
        Kind::Stream => {
            socket.listen(1).or_fail("cannot listen")?;
            ("accept on a listener", accept)
        }
    };
    say!("{call} at {}, where nothing arrives:", name(socket.local_addr()));
    if cli.block {
        say!("  blocking: waits for ever (Ctrl-C ends it)");
        attempt("blocking", socket, wait);
        return Ok(());
    }
    if kind == Kind::Stream && !cfg!(target_os = "linux") {
        say!("  timeout: not tried, for on this system it does not bound accept");
    } else {
        socket.set_read_timeout(Some(cli.timeout)).or_fail("cannot set a timeout")?;
        attempt(&format!("timeout of {:?}", cli.timeout), socket, wait);
        socket.set_read_timeout(None).or_fail("cannot clear the timeout")?;
    }
    socket.set_nonblocking(true).or_fail("cannot switch blocking off")?;
    attempt("non-blocking", socket, wait);
    Ok(())
}
// ANCHOR_END: waiting

// ANCHOR: attempt
/// Makes the call, and says what it returned and how long that took.
fn attempt(way: &str, socket: &Socket, wait: fn(&Socket) -> io::Result<()>) {
    let start = Instant::now();
    let result = loop {
        match wait(socket) {
            // A signal woke us, after Ctrl-Z and fg for one. It was not what we wait for, so wait
            // again; a timeout starts anew with that.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => break result,
        }
    };
    let took = start.elapsed().as_secs_f64();
    match result {
        Ok(()) => say!("  {way}: something arrived after {took:.2} s"),
        // The same error for both ways: "it would block", EAGAIN. On Windows a timeout has its own.
        Err(error) if timed_out(&error) => {
            say!("  {way}: nothing after {took:.2} s, told as {:?} ({error})", error.kind());
        }
        Err(error) => say!("  {way}: failed after {took:.2} s ({error})"),
    }
}
// ANCHOR_END: attempt

fn receive(mut socket: &Socket) -> io::Result<()> {
    socket.read(&mut [0; 1024]).map(drop) // Read for a socket is recv
}

fn accept(socket: &Socket) -> io::Result<()> {
    socket.accept().map(drop)
}
