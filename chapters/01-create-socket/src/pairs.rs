//! Every family with every type, tried on this machine.

use common::say;
use socket2::{Domain, Socket, Type};

/// Beside our two types, one that few families have: it shows what a refusal looks like.
const TYPES: [(&str, Type); 3] = [
    ("SOCK_STREAM", Type::STREAM),
    ("SOCK_DGRAM", Type::DGRAM),
    ("SOCK_SEQPACKET", Type::SEQPACKET),
];
const FAMILIES: [(&str, Domain); 3] =
    [("AF_UNIX", Domain::UNIX), ("AF_INET", Domain::IPV4), ("AF_INET6", Domain::IPV6)];

// ANCHOR: pairs
/// Creates a socket of each pair, and says whether the kernel agreed.
pub fn show() {
    say!("Families and types, tried on this machine:");
    for (family, domain) in FAMILIES {
        for (name, socket_type) in TYPES {
            // Protocol None, which is 0: the family's own for this type, such as TCP.
            let result = match Socket::new(domain, socket_type, None) {
                Ok(socket) => format!("created{}", protocol(&socket)),
                Err(error) => format!("refused: {error}"),
            };
            say!("  {family:8}  {name:14}  {result}");
        } // the socket has been dropped, and that closed it
    }
}
// ANCHOR_END: pairs

/// The protocol that the kernel chose, in words, if there is one and the system tells.
pub fn protocol(socket: &Socket) -> String {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd", windows))]
    if let Ok(Some(protocol)) = socket.protocol() {
        return match i32::from(protocol) {
            6 => ", protocol 6 (TCP)".into(),
            17 => ", protocol 17 (UDP)".into(),
            number => format!(", protocol {number}"),
        };
    }
    let _ = socket; // where the system does not tell
    String::new()
}
