//! From a host and a port, or from a path, to a connection.

use std::io;
#[cfg(unix)]
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use common::{Failure, OrFail, info, name, words};
use socket2::{SockAddr, Socket, Type};

use crate::Client;

/// Connects to the server, and says so. Returns what to call the server as well.
pub fn connect(options: &Client) -> Result<(Socket, String), Failure> {
    #[cfg(unix)]
    if let Some(path) = &options.unix {
        let server = SockAddr::unix(path).and_then(|address| call(&address, options.timeout));
        let name = path.display().to_string();
        let server = server.map_err(|error| {
            let advice = match error.kind() {
                ErrorKind::InvalidInput => "take a path that is shorter",
                _ => "is the server running, with this path?",
            };
            Failure::new(format_args!("cannot connect to {name}: {} ({advice})", words(&error)))
        })?;
        info!("connected to {name}");
        return Ok((server, name));
    }
    let addresses = options.address.resolve()?;
    let (last, others) = addresses.split_last().expect("resolve returns at least one address");
    for address in others {
        match call_at(*address, options.timeout) {
            Ok(server) => return Ok((server, options.address.to_string())),
            Err(error) => {
                info!("no connection to {address}, trying the next address: {}", words(&error));
            }
        }
    }
    let server = call_at(*last, options.timeout);
    let server = server.or_fail_to_connect(format_args!("cannot connect to {last}"))?;
    Ok((server, options.address.to_string()))
}

fn call_at(address: SocketAddr, timeout: Option<Duration>) -> io::Result<Socket> {
    let server = call(&address.into(), timeout)?;
    server.set_tcp_nodelay(true)?; // what we say is short, and is to be heard at once (chapter 06)
    info!("connected to {address} from {}", name(server.local_addr()?.as_socket()));
    Ok(server)
}

fn call(address: &SockAddr, timeout: Option<Duration>) -> io::Result<Socket> {
    let server = Socket::new(address.domain(), Type::STREAM, None)?;
    match timeout {
        Some(limit) => server.connect_timeout(address, limit)?,
        None => server.connect(address)?,
    }
    // For sending alone. To receive nothing for a while is no trouble in a room: nobody speaks.
    server.set_write_timeout(timeout)?;
    Ok(server)
}
