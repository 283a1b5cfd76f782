//! What a call sent or received, and what it said by closing.

use crate::recording::{Bytes, Socket};
use crate::strace::{Call, bytes};

/// How many bytes a recording shows of what was sent or received.
const SHOWN: usize = 256;

/// What a call did with a stream, or with datagrams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// It handed bytes to the kernel.
    Sends(Vec<u8>),
    /// It got bytes from the kernel, or none: then the stream had ended.
    Receives(Vec<u8>),
    /// It said that nothing more will come: shutdown, or close.
    Ends,
}

/// What a call did; `None` if it did nothing of the kind, or failed. With it comes how many bytes
/// that were: the trace may show a part of them.
pub(crate) fn transfer(call: &Call, socket: &Socket) -> Option<(Transfer, u64)> {
    let flags = |at: usize| call.arguments.get(at).map_or("", String::as_str);
    match call.name.as_str() {
        "shutdown" if call.outcome.error.is_none() && flags(1) != "SHUT_RD" => {
            return Some((Transfer::Ends, 0));
        }
        "close" if socket.there.is_some() => return Some((Transfer::Ends, 0)),
        // Who peeks leaves the bytes where they are.
        "recvfrom" | "recv" if flags(3).contains("MSG_PEEK") => return None,
        "recvmsg" if flags(2).contains("MSG_PEEK") => return None,
        _ => {}
    }
    let (data, count) = moved(call)?;
    Some(match is_send(&call.name) {
        true => (Transfer::Sends(data), count),
        false => (Transfer::Receives(data), count),
    })
}

/// Calls that hand bytes to the kernel. Those of sendfile come from a file, and are not shown.
const SENDS: &[&str] = &["sendto", "send", "write", "sendmsg", "writev", "sendfile"];

/// Whether a call of this name hands bytes to the kernel.
pub(crate) fn is_send(name: &str) -> bool {
    SENDS.contains(&name)
}

/// Calls that get bytes from the kernel.
pub(crate) const RECEIVES: &[&str] = &["recvfrom", "recv", "read", "recvmsg", "readv"];

/// The bytes that a call moved, as far as the trace shows them, and how many they are. `None` if it
/// moves none, or failed.
pub(crate) fn moved(call: &Call) -> Option<(Vec<u8>, u64)> {
    let moves = |names: &[&str]| names.contains(&call.name.as_str());
    let count = call.outcome.number.and_then(|count| u64::try_from(count).ok())?;
    (moves(SENDS) || moves(RECEIVES)).then(|| (data(call, count), count))
}

/// The bytes that the trace shows of what a call sent or received.
fn data(call: &Call, count: u64) -> Vec<u8> {
    let argument = call.arguments.get(1).filter(|_| call.name != "sendfile");
    let Some(argument) = argument else { return Vec::new() };
    let mut data = match bytes(argument) {
        Some((data, _)) => data,
        None => vectors(argument),
    };
    data.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    data
}

/// The bytes of several buffers: `[{iov_base="he", iov_len=2}, {iov_base="llo", iov_len=3}]`.
/// Behind one that is shown in part, none is of use.
fn vectors(argument: &str) -> Vec<u8> {
    let mut all = Vec::new();
    for rest in argument.split("iov_base=").skip(1) {
        let Some((buffer, _)) = rest.rsplit_once(", iov_len=") else { break };
        let Some((data, whole)) = bytes(buffer) else { break };
        all.extend(data);
        if !whole {
            break;
        }
    }
    all
}

/// What a recording shows of them.
pub(crate) fn seen(data: &[u8], count: u64) -> Bytes {
    let beginning = &data[..data.len().min(SHOWN)];
    Bytes {
        count,
        shown: beginning.escape_ascii().to_string(),
        cut: count > beginning.len() as u64,
    }
}
