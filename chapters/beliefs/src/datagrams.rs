//! A datagram arrives whole or not at all, and nobody says which.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, UdpSocket};

use common::say;

const COUNT: u32 = 1000;

pub fn run() -> io::Result<()> {
    // ANCHOR: datagrams
    let receiver = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    for number in 0..COUNT {
        sender.send_to(&number.to_be_bytes().repeat(250), receiver.local_addr()?)?;
    }
    say!("  {COUNT} datagrams of 1000 bytes are sent, and no send fails");
    receiver.set_nonblocking(true)?;
    let mut buffer = [0; 2000];
    let (mut arrived, mut whole) = (0, 0);
    loop {
        match receiver.recv(&mut buffer) {
            Ok(length) => {
                arrived += 1;
                whole += u32::from(is_whole(&buffer[..length]));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    // ANCHOR_END: datagrams
    say!("  {arrived} have arrived, {whole} of them whole; {} are lost", COUNT - arrived);
    Ok(())
}

/// Whether all 1000 bytes are those of one datagram.
fn is_whole(bytes: &[u8]) -> bool {
    bytes.len() == 1000 && bytes.chunks(4).all(|chunk| chunk == &bytes[..4])
}
