//! One socket: what it is when it has been created, and what bind changes.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use common::{Failure, OrFail, say};
use socket2::{SockAddr, Socket};

use crate::pairs::protocol;
use crate::{Family, Kind};

// ANCHOR: portrait
/// socket, and all that the kernel tells about the new socket; then bind, and what that changed.
pub fn show(family: Family, kind: Kind, port: u16) -> Result<Socket, Failure> {
    let socket = create(family, kind)?;
    // The kernel's answers, not what we asked for: getsockname names the family too (on Windows not
    // before bind), and the option SO_TYPE the type.
    let domain = socket.local_addr().map_or(family.domain(), |address| address.domain());
    let socket_type = socket.r#type().or_fail("cannot read the type")?;
    say!("{domain:?}, {socket_type:?}{}", protocol(&socket));
    say!("  descriptor             {}", descriptor(&socket));
    say!("  address before bind    {}", name(socket.local_addr()));
    bind(&socket, family, port)?;
    say!("  address after bind     {}", name(socket.local_addr()));
    say!("  blocking at first      {}", blocking(&socket));
    socket.set_nonblocking(true).or_fail("cannot switch blocking off")?;
    say!("  switched off           {}", blocking(&socket));
    socket.set_nonblocking(false).or_fail("cannot switch blocking on")?;
    say!("  recv timeout at first  {}", timeout(&socket));
    socket.set_read_timeout(Some(Duration::from_millis(1500))).or_fail("cannot set a timeout")?;
    say!("  set to 1.5 seconds     {}", timeout(&socket));
    socket.set_read_timeout(None).or_fail("cannot clear the timeout")?;
    Ok(socket)
}
// ANCHOR_END: portrait

/// socket and bind, without a word.
pub fn bound(family: Family, kind: Kind, port: u16) -> Result<Socket, Failure> {
    let socket = create(family, kind)?;
    bind(&socket, family, port)?;
    Ok(socket)
}

// ANCHOR: create
/// socket: an object in the kernel, and a small number by which this process refers to it.
pub fn create(family: Family, kind: Kind) -> Result<Socket, Failure> {
    if family == Family::Unix && !cfg!(unix) {
        return Err(Failure::new("AF_UNIX is shown on Unix only (try --family inet)"));
    }
    Socket::new(family.domain(), kind.socket_type(), None).or_fail("cannot create this socket")
}
// ANCHOR_END: create

// ANCHOR: bind
/// bind: gives the socket the name under which others find it.
fn bind(socket: &Socket, family: Family, port: u16) -> Result<(), Failure> {
    let address: SockAddr = match family {
        Family::Inet => SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into(),
        Family::Inet6 => SocketAddr::from((Ipv6Addr::LOCALHOST, port)).into(),
        Family::Unix => {
            let path = std::env::temp_dir().join(format!("ch01-{}.sock", std::process::id()));
            let shown = path.display();
            let address = SockAddr::unix(&path).or_fail(format_args!("cannot bind to {shown}"))?;
            socket.bind(&address).or_fail(format_args!("cannot bind to {shown}"))?;
            // The name of a Unix socket is a file, and stays when the socket is closed. The socket
            // works on without it, but nobody finds it any more, and here nobody has to.
            return std::fs::remove_file(&path).or_fail(format_args!("cannot remove {shown}"));
        }
    };
    let wanted = format!("cannot bind to {}", name(Ok(address.clone())));
    socket.bind(&address).or_fail_to_listen(wanted)
}
// ANCHOR_END: bind

/// A socket's address as people write it.
pub fn name(address: io::Result<SockAddr>) -> String {
    match address {
        Err(error) => format!("none ({error})"), // Windows, before bind
        Ok(address) => match address.as_socket() {
            Some(address) => address.to_string(),
            None => path(&address),
        },
    }
}

#[cfg(unix)]
fn path(address: &SockAddr) -> String {
    address.as_pathname().map_or("unnamed".into(), |path| format!("{} (removed)", path.display()))
}

#[cfg(not(unix))]
fn path(_address: &SockAddr) -> String {
    "not shown on this system".into()
}

#[cfg(unix)]
fn descriptor(socket: &Socket) -> String {
    std::os::fd::AsRawFd::as_raw_fd(socket).to_string()
}

#[cfg(windows)]
fn descriptor(socket: &Socket) -> String {
    std::os::windows::io::AsRawSocket::as_raw_socket(socket).to_string()
}

fn blocking(socket: &Socket) -> &'static str {
    #[cfg(unix)]
    return match socket.nonblocking() {
        Ok(false) => "yes",
        Ok(true) => "no",
        Err(_) => "the system does not tell",
    };
    #[cfg(not(unix))]
    {
        let _ = socket;
        "the system does not tell"
    }
}

fn timeout(socket: &Socket) -> String {
    match socket.read_timeout() {
        Ok(Some(time)) => format!("{time:?}"),
        Ok(None) => "none: waits for ever".into(),
        Err(error) => error.to_string(),
    }
}
