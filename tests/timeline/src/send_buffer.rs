//! Whether there was room for what a call sent or printed: the kernel takes it at once then.

use std::collections::HashMap;

use crate::known::Known;
use crate::pairs::direction;
use crate::recording::Pair;
use crate::strace::descriptor;
use crate::transfer::{Transfer, is_send, moved};

/// So many bytes have room in any buffer of the kernel: a socket's holds 2048 at the least
/// (socket(7), `SO_SNDBUF`), a pipe's a page (pipe(7), `F_SETPIPE_SZ`).
const SMALLEST: u64 = 2048;

/// For each call that sent or printed, by its number, whether there was room for all of it, whatever
/// the size of the buffer: whether it and all that had been sent that way before, and had not been
/// received by then, are few enough. `false` means that nobody can tell.
pub(crate) fn has_room(calls: &[Known], pairs: &[Pair]) -> HashMap<usize, bool> {
    let ways: Vec<Option<(String, u64)>> = calls.iter().map(way).collect();
    let mut events: Vec<(u64, Event)> = Vec::new();
    for (number, known) in calls.iter().enumerate().filter(|(number, _)| ways[*number].is_some()) {
        events.push((known.start(), Event::Sends(number)));
    }
    for pair in pairs {
        events.extend(calls[pair.received].end().map(|end| (end, Event::Received(pair))));
    }
    events.sort_by_key(|(time, _)| *time);
    let mut under_way: HashMap<&str, u64> = HashMap::new();
    let mut has_room = HashMap::new();
    for (_, event) in events {
        match event {
            Event::Sends(call) => {
                let Some((way, count)) = &ways[call] else { continue };
                let all = under_way.entry(way).or_default();
                *all += count;
                has_room.insert(call, *all <= SMALLEST);
            }
            Event::Received(pair) => {
                let Some((way, _)) = &ways[pair.sent] else { continue };
                let all = under_way.entry(way).or_default();
                *all = all.saturating_sub(pair.count);
            }
        }
    }
    has_room
}

enum Event<'a> {
    /// A call begins to send.
    Sends(usize),
    /// Bytes have been received.
    Received(&'a Pair),
}

/// The way that bytes take which a call has handed to the kernel, and how many they are.
fn way(known: &Known) -> Option<(String, u64)> {
    let count = match &known.transfer {
        // Of datagrams to a path, a certain number has room, however short they are (unix(7)).
        Some((Transfer::Sends(_), _)) if is_unix_datagram(known) => return None,
        Some((Transfer::Sends(_), count)) => *count,
        Some(_) => return None,
        None if is_send(known.name()) => moved(&known.call)?.1,
        None => return None,
    };
    let way = match known.socket.as_ref().and_then(direction) {
        Some(direction) => format!("{direction:?}"),
        None => {
            let number = descriptor(known.call.arguments.first()?)?.number;
            format!("descriptor {number} of process {}", known.process)
        }
    };
    Some((way, count))
}

fn is_unix_datagram(known: &Known) -> bool {
    known.socket.as_ref().is_some_and(|socket| socket.protocol == "UNIX-DGRAM")
}
