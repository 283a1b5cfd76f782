//! Options: read, set, and read again.

use std::fmt::Display;
use std::io;

use common::{Failure, say};
use socket2::Socket;

use crate::portrait::create;
use crate::{Family, Kind};

// ANCHOR: options
/// getsockopt, setsockopt, getsockopt, for each option, on a fresh socket of this kind.
pub fn show(family: Family, kind: Kind, buffer: usize) -> Result<(), Failure> {
    let socket = create(family, kind)?;
    say!("");
    say!("  option        at first  set to    read again");
    // Lets bind take a port on which an old connection rests in TIME_WAIT (chapter 02).
    switch(&socket, "SO_REUSEADDR", Socket::reuse_address, Socket::set_reuse_address);
    // Has the kernel ask a silent peer, after two hours by default, whether it is there (tcp(7)).
    switch(&socket, "SO_KEEPALIVE", Socket::keepalive, Socket::set_keepalive);
    // How much the kernel holds for us: received and not yet read, written and not yet sent.
    size(&socket, "SO_RCVBUF", buffer, Socket::recv_buffer_size, Socket::set_recv_buffer_size);
    size(&socket, "SO_SNDBUF", buffer, Socket::send_buffer_size, Socket::set_send_buffer_size);
    // Options of one protocol; sockets of another have no such thing, and say so. The first sends
    // small pieces at once, instead of gathering them while an earlier one is on its way.
    switch(&socket, "TCP_NODELAY", Socket::tcp_nodelay, Socket::set_tcp_nodelay);
    // The second keeps IPv4 peers away from an IPv6 socket.
    switch(&socket, "IPV6_V6ONLY", Socket::only_v6, Socket::set_only_v6);
    if cfg!(target_os = "linux") {
        say!("  (Linux doubles the size of a buffer, to leave room for its own bookkeeping,");
        say!("  and bounds it: net.core.rmem_max and wmem_max, doubled, are the most.)");
    }
    Ok(())
}
// ANCHOR_END: options

// ANCHOR: switch
/// An option that is on or off, turned to what it was not.
fn switch(
    socket: &Socket,
    name: &str,
    get: fn(&Socket) -> io::Result<bool>,
    set: fn(&Socket, bool) -> io::Result<()>,
) {
    let word = |on| if on { "on" } else { "off" };
    let line = || {
        let before = get(socket)?;
        set(socket, !before)?;
        io::Result::Ok((word(before), word(!before), word(get(socket)?)))
    };
    print(name, line());
}
// ANCHOR_END: switch

/// An option that is a number of bytes.
fn size(
    socket: &Socket,
    name: &str,
    bytes: usize,
    get: fn(&Socket) -> io::Result<usize>,
    set: fn(&Socket, usize) -> io::Result<()>,
) {
    let line = || {
        let before = get(socket)?;
        set(socket, bytes)?;
        io::Result::Ok((before, bytes, get(socket)?))
    };
    print(name, line());
}

fn print<T: Display>(name: &str, line: io::Result<(T, T, T)>) {
    match line {
        Ok((before, set, after)) => say!("  {name:12}  {before:<8}  {set:<8}  {after}"),
        Err(error) => say!("  {name:12}  refused: {error}"),
    }
}
