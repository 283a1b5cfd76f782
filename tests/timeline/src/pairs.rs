//! Which bytes that were sent were received by which call.
//!
//! A stream keeps the order of its bytes, so the n-th byte that one side sends is the n-th that the
//! other side receives: nothing more has to be known, however it is cut on its way. Datagrams keep
//! their boundaries, and may be lost: one is found again by its addresses and what is in it.

use std::collections::BTreeMap;

use crate::known::Known;
use crate::recording::{Accepted, Pair, Socket};
use crate::transfer::Transfer;

/// One direction of a connection: the protocol, from where, and to where.
pub(crate) type Direction = (&'static str, String, String);

/// The direction in which a socket sends; its peer's is the other one.
pub(crate) fn direction(socket: &Socket) -> Option<Direction> {
    let (here, there) = (socket.here.clone()?, socket.there.clone()?);
    Some((family(&socket.protocol), here, there))
}

/// The other direction of a connection.
pub(crate) fn back((family, here, there): Direction) -> Direction {
    (family, there, here)
}

/// A socket of both families has another name than its peer's.
fn family(protocol: &str) -> &'static str {
    match protocol {
        "TCP" | "TCPv6" => "TCP",
        "UDP" | "UDPv6" => "UDP",
        _ => "UNIX",
    }
}

pub(crate) fn is_stream(socket: &Socket) -> bool {
    matches!(socket.protocol.as_str(), "TCP" | "TCPv6" | "UNIX-STREAM")
}

/// A piece of a stream: the call that has sent or received it, where it begins, and its bytes.
struct Piece<'a> {
    call: usize,
    offset: u64,
    count: u64,
    data: &'a [u8],
    start: u64,
    end: Option<u64>,
}

/// The pairs of all streams.
pub(crate) fn of_streams(calls: &[Known]) -> Vec<Pair> {
    let mut streams: BTreeMap<Direction, [Vec<Piece>; 2]> = BTreeMap::new();
    for (call, known) in calls.iter().enumerate() {
        let Some(socket) = known.socket.as_ref().filter(|it| is_stream(it)) else { continue };
        let Some((transfer, count)) = &known.transfer else { continue };
        let Some(direction) = direction(socket) else { continue };
        let (direction, side, data) = match transfer {
            Transfer::Sends(data) => (direction, 0, data),
            Transfer::Receives(data) => (back(direction), 1, data),
            Transfer::Ends => continue,
        };
        let pieces = &mut streams.entry(direction).or_default()[side];
        let offset = pieces.last().map_or(0, |last| last.offset + last.count);
        let (start, end) = (known.start(), known.ended_by().or(known.end()));
        pieces.push(Piece { call, offset, count: *count, data, start, end });
    }
    let mut pairs: Vec<_> =
        streams.values().flat_map(|[sent, received]| pair(sent, received)).collect();
    pairs.sort_by_key(|pair| (pair.sent, pair.received));
    pairs
}

/// Where the pieces of one side and of the other overlap. If their bytes turn out to differ, or to
/// have been received before they were sent, the recording began in the middle of the stream, and
/// nothing is known.
fn pair(sent: &[Piece], received: &[Piece]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut next = 0;
    for into in received {
        while let Some(from) = sent.get(next) {
            let offset = from.offset.max(into.offset);
            let end = (from.offset + from.count).min(into.offset + into.count);
            if offset < end {
                let is_too_early = into.end.is_some_and(|end| end <= from.start);
                if is_too_early || differs(from, into, offset, end) {
                    return Vec::new();
                }
                let (sent, received) = (from.call, into.call);
                pairs.push(Pair { sent, received, offset, count: end - offset });
            }
            if from.offset + from.count > into.offset + into.count {
                break; // the rest of it is another's
            }
            next += 1;
        }
    }
    pairs
}

/// Whether two pieces show different bytes where they overlap.
fn differs(from: &Piece, into: &Piece, offset: u64, end: u64) -> bool {
    let part = |piece: &Piece| {
        let at = |position: u64| usize::try_from(position - piece.offset).unwrap_or(usize::MAX);
        let shown = piece.data.len();
        piece.data[at(offset).min(shown)..at(end).min(shown)].to_vec()
    };
    part(from).iter().zip(part(into)).any(|(sent, received)| *sent != received)
}

/// The pairs of all datagrams: each that was received, with the first that may have been it.
pub(crate) fn of_datagrams(calls: &[Known]) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    let is_datagram = |call: &usize| calls[*call].socket.as_ref().is_some_and(|it| !is_stream(it));
    for received in (0..calls.len()).filter(is_datagram) {
        let Some((Transfer::Receives(into), count)) = &calls[received].transfer else { continue };
        let sent = (0..calls.len()).filter(is_datagram).find(|sent| {
            let Some((Transfer::Sends(from), all)) = &calls[*sent].transfer else { return false };
            let was_before = !calls[received].is_over_at(calls[*sent].start());
            // What does not fit is cut off.
            let is_it =
                count <= all && from.iter().zip(into).all(|(sent, received)| sent == received);
            let is_free = pairs.iter().all(|pair| pair.sent != *sent);
            was_before && is_it && is_free && leads_to(&calls[*sent], &calls[received])
        });
        pairs.extend(sent.map(|sent| Pair { sent, received, offset: 0, count: *count }));
    }
    pairs
}

/// Whether a datagram that one call sent may have come to the socket of another.
fn leads_to(sent: &Known, received: &Known) -> bool {
    let (Some(from), Some(to)) = (&sent.socket, &received.socket) else { return false };
    let target = sent.peer.as_ref().or(from.there.as_ref());
    let source = received.peer.as_ref().or(to.there.as_ref());
    may_be(target, to.here.as_ref()) && may_be(source, from.here.as_ref())
}

/// Whether two addresses may be the same: one that is not known may be any, and a socket that is
/// bound to no address has each of its machine's.
fn may_be(one: Option<&String>, other: Option<&String>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    let port = |address: &str| address.rsplit_once(':').map(|(_, port)| port.to_owned());
    let is_any = |address: &str| address.starts_with("0.0.0.0:") || address.starts_with("[::]:");
    one == other || ((is_any(one) || is_any(other)) && port(one) == port(other))
}

/// Which connect was accepted by which call: the last one before it ended, from the address that it
/// returned.
pub(crate) fn of_connections(calls: &[Known]) -> Vec<Accepted> {
    let mut accepted: Vec<Accepted> = Vec::new();
    for (accept, call) in calls.iter().enumerate() {
        let Some(expected) = call.returned.as_ref().and_then(direction).map(back) else { continue };
        let connect = (0..calls.len()).rev().find(|connect| {
            let known = &calls[*connect];
            known.name() == "connect"
                && !call.is_over_at(known.start())
                && known.socket.as_ref().and_then(direction).as_ref() == Some(&expected)
        });
        accepted.extend(connect.map(|connect| Accepted { connect, accept }));
    }
    accepted
}
