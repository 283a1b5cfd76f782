//! From a host name to a connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use common::{Failure, OrFail, ServerAddress, info, name, words};
use socket2::{Domain, Socket, Type};

// ANCHOR: addresses
/// Tries the addresses that the host name stands for, in turn, until one accepts.
pub fn connect_to(wanted: &ServerAddress, timeout: Option<Duration>) -> Result<Socket, Failure> {
    let addresses = wanted.resolve()?;
    let (last, others) = addresses.split_last().expect("resolve returns at least one address");
    for address in others {
        match connect(*address, timeout) {
            Ok(server) => return Ok(server),
            Err(error) => {
                info!("no connection to {address}, trying the next address: {}", words(&error));
            }
        }
    }
    connect(*last, timeout).or_fail_to_connect(format_args!("cannot connect to {last}"))
}
// ANCHOR_END: addresses

// ANCHOR: connect
/// socket, connect: the server's kernel answers, even if the server has yet to call accept.
fn connect(address: SocketAddr, timeout: Option<Duration>) -> io::Result<Socket> {
    let server = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    match timeout {
        Some(limit) => server.connect_timeout(&address.into(), limit)?,
        None => server.connect(&address.into())?, // the kernel gives up in its own time: minutes
    }
    // From here on for each recv and each send: a server that does not read holds up send as well.
    server.set_read_timeout(timeout)?;
    server.set_write_timeout(timeout)?;
    let ours = server.local_addr()?.as_socket();
    // A server that has thrown us out already leaves no peer to name; recv will tell.
    let theirs = server.peer_addr().ok().and_then(|address| address.as_socket());
    info!("connected to {} from {}", theirs.unwrap_or(address), name(ours));
    Ok(server)
}
// ANCHOR_END: connect
