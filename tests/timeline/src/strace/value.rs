//! What single arguments say: bytes, descriptors, addresses.

use std::net::{IpAddr, SocketAddr};

use super::text::position;

/// A descriptor, and what it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The number.
    pub number: i32,
    /// What strace says of it: `TCP:[127.0.0.1:6666->127.0.0.1:50001]`, `pipe:[123]`, `/dev/null`.
    pub refers_to: Option<String>,
}

/// The descriptor that an argument or a result shows: `4`, or `4<TCP:[…]>`.
pub fn descriptor(text: &str) -> Option<Descriptor> {
    let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..end].parse().ok()?;
    let rest = &text[end..];
    let refers_to = rest.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
    (rest.is_empty() || refers_to.is_some())
        .then(|| Descriptor { number, refers_to: refers_to.map(str::to_owned) })
}

impl Descriptor {
    /// What kind of socket it is, in the words of `strace -yy`: `TCP`, `UDPv6`, `UNIX-STREAM`.
    /// `None` if it is no socket.
    pub fn protocol(&self) -> Option<&str> {
        let (protocol, _) = self.refers_to.as_deref()?.split_once(":[")?;
        ["TCP", "UDP", "UNIX"].iter().any(|it| protocol.starts_with(it)).then_some(protocol)
    }

    /// The two addresses of a connection, its own first. Of one at a path they are the numbers of the
    /// two sockets, which is all that tells them apart.
    pub fn connection(&self) -> Option<(String, String)> {
        self.protocol()?;
        let (_, rest) = self.refers_to.as_deref()?.split_once(":[")?;
        let (here, there) = rest.strip_suffix(']')?.split_once("->")?;
        let end = position(there, |it| it == ',').unwrap_or(there.len());
        Some((here.to_owned(), there[..end].to_owned()))
    }

    /// The address of a socket without a connection, if it has one.
    pub fn own_address(&self) -> Option<String> {
        self.protocol()?;
        let (_, rest) = self.refers_to.as_deref()?.split_once(":[")?;
        let address = rest.strip_suffix(']')?;
        address.parse::<SocketAddr>().is_ok().then(|| address.to_owned())
    }
}

/// The bytes of a string as strace shows it, and whether it shows all of them: `"hey\n"`, or
/// `"begin"...`. `None` if it is no string.
pub fn bytes(text: &str) -> Option<(Vec<u8>, bool)> {
    let (inside, whole) = match text.strip_suffix("...") {
        Some(rest) => (rest, false),
        None => (text, true),
    };
    let inside = inside.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::new();
    let mut rest = inside.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let (escape, behind) = rest.split_first()?;
        rest = behind;
        bytes.push(match escape {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 0x0b,
            b'f' => 0x0c,
            b'x' => number(&mut rest, 0, 16, 2)?,
            b'0'..=b'7' => number(&mut rest, u32::from(escape - b'0'), 8, 2)?,
            other => *other, // a quotation mark, or a backslash
        });
    }
    Some((bytes, whole))
}

/// A number of so many digits at the most, behind what has been read of it.
fn number(rest: &mut &[u8], so_far: u32, radix: u32, most: usize) -> Option<u8> {
    let mut number = so_far;
    for _ in 0..most {
        let Some((digit, behind)) = rest
            .split_first()
            .and_then(|(it, behind)| Some((char::from(*it).to_digit(radix)?, behind)))
        else {
            break;
        };
        number = number * radix + digit;
        *rest = behind;
    }
    u8::try_from(number).ok()
}

/// An address as strace shows it: `{sa_family=AF_INET, sin_port=htons(7070),
/// sin_addr=inet_addr("127.0.0.1")}`. `None` if it is none, or of another family.
pub fn socket_address(text: &str) -> Option<SocketAddr> {
    let behind = |before: &str| text.split_once(before).map(|(_, rest)| rest);
    let port = behind("_port=htons(")?.split_once(')')?.0.parse().ok()?;
    let host = behind("inet_addr(\"").or_else(|| behind("inet_pton(AF_INET6, \""))?;
    let host: IpAddr = host.split_once('"')?.0.parse().ok()?;
    Some(SocketAddr::new(host, port))
}
