//! Two ends of one connection, both in this process, for what a single machine can show.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// The two ends of a connection over loopback, the client's and the server's. The client's can hold
/// `room` bytes that it has not read (Linux doubles the number, and has a least, socket(7)).
pub fn connected(room: Option<usize>) -> io::Result<(Socket, Socket)> {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    listener.listen(1)?;
    let client = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    if let Some(room) = room {
        client.set_recv_buffer_size(room)?; // before connect, which tells the server of it
    }
    client.connect(&listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    Ok((client, server))
}
