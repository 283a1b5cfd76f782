//! The server: one socket, no connections, any number of clients.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::Duration;

use common::{Failure, OrFail, info, printable, words};
use socket2::{Domain, Socket, Type};

use crate::{LIMIT, Server};

const REPLY: &[u8] = b"[INFO] server has received your messages";
const TOO_LONG: &[u8] = b"[INFO] server has cut your message to 1024 bytes";
const QUIT: &[u8] = b"q";

pub fn run(options: &Server) -> Result<(), Failure> {
    let address = options.address.resolve_first()?;
    let socket = bind_to(address)
        .or_fail_to_listen(format_args!("cannot receive on {}", options.address))?;
    serve(&socket)
}

// ANCHOR: bind
/// socket, bind: there is no listen and no accept, for there are no connections.
fn bind_to(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    // No SO_REUSEADDR here: nothing of a datagram socket rests in TIME_WAIT, and two servers that
    // both set the option could bind the same port, so that one of them would get no datagrams.
    socket.bind(&address.into())?;
    // socket2's recv_from wants uninitialised memory; that of std takes a plain buffer.
    let socket = UdpSocket::from(socket);
    info!("server start at : {}", socket.local_addr()?);
    info!("waiting for datagrams...");
    Ok(socket)
}
// ANCHOR_END: bind

// ANCHOR: serve
/// recvfrom, sendto, and again, for ever.
fn serve(socket: &UdpSocket) -> ! {
    // One byte more than a message may have. A datagram that does not fit is cut, and the rest of
    // it is gone; with this byte we can tell, for then it is filled.
    let mut buffer = [0; LIMIT + 1];
    loop {
        match socket.recv_from(&mut buffer) {
            Ok((length, peer)) => {
                if let Some(reply) = receive(&buffer[..length], peer) {
                    // The client may have gone, or never have been there: nobody tells us.
                    if let Err(error) = socket.send_to(reply, peer) {
                        info!("cannot reply to {peer}: {}", words(&error));
                    }
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                info!("cannot receive: {}", words(&error));
                // On Windows an earlier reply that found nobody shows here, and so does a datagram
                // that was cut: the next recvfrom will do. Anything else, do not spin on it.
                if !cfg!(windows) {
                    thread::sleep(Duration::from_millis(100));
                }
            }
        }
    }
}
// ANCHOR_END: serve

// ANCHOR: receive
/// Prints what `peer` has sent. Returns the reply, if it gets one.
fn receive(datagram: &[u8], peer: SocketAddr) -> Option<&'static [u8]> {
    // What one datagram holds is one message, whole: there is nothing to wait for, and an
    // unfinished character at its end stays unfinished.
    if datagram.len() > LIMIT {
        info!("received from {peer}, cut: {}", printable(&datagram[..LIMIT]));
        return Some(TOO_LONG);
    }
    if datagram.is_empty() {
        // On a stream this would be the end. Here it is a message like any other.
        info!("received from {peer}, empty");
        return Some(REPLY);
    }
    info!("received from {peer}: {}", printable(datagram));
    if datagram == QUIT {
        info!("client {peer} quit!");
        return None;
    }
    // The sender's address may be forged. With that of another server in it, two servers would
    // acknowledge each other's replies for ever; so a reply gets no reply.
    let is_a_reply = [REPLY, TOO_LONG].contains(&datagram);
    (!is_a_reply).then_some(REPLY)
}
// ANCHOR_END: receive
