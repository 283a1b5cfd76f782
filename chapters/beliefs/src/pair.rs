//! Two ends of one connection, both in this process.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// A listener on the loopback address, on a port that the kernel chooses.
pub fn listen(backlog: i32) -> io::Result<(Socket, SocketAddr)> {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    listener.listen(backlog)?;
    let address = listener.local_addr()?.as_socket().expect("an IPv4 address");
    Ok((listener, address))
}

/// A client that is connected to the address.
pub fn connect(address: SocketAddr) -> io::Result<Socket> {
    let client = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    client.connect(&address.into())?;
    Ok(client)
}

/// The two ends of a connection: the client's, the server's.
pub fn connected() -> io::Result<(Socket, Socket)> {
    let (listener, address) = listen(1)?;
    let client = connect(address)?;
    let (server, _) = listener.accept()?;
    Ok((client, server))
}
