//! Which calls a picture shows: those that have to do with waiting, and with what goes to and fro.

use std::collections::BTreeSet;

use crate::label::{is_blocking, timeout};
use crate::recording::{Call, Recording, Socket, Waited};

/// Calls that ask or set something, and say nothing to anybody.
const QUIET: &[&str] = &[
    "fcntl",
    "getpeername",
    "getsockname",
    "getsockopt",
    "ioctl",
    "prctl",
    "setsockopt",
    "socketpair",
];

/// The calls that are shown: those of programs that have to do with sockets, but for the quiet ones, and
/// for what is printed.
pub(super) fn shown(recording: &Recording) -> Vec<usize> {
    let process = |call: &Call| recording.threads[call.thread].process;
    let with_socket =
        recording.calls.iter().filter(|call| call.socket.is_some() && is_of_interest(call));
    let processes: BTreeSet<usize> = with_socket.map(process).collect();
    let wakers: BTreeSet<usize> = recording
        .calls
        .iter()
        .filter(|call| call.name == "futex" && call.waited == Waited::Yes)
        .filter_map(|call| call.woken_by)
        .collect();
    let about_waiting = about_waiting(recording);
    let is_shown = |it: &usize| {
        let call = &recording.calls[*it];
        let is_quiet = match call.name.as_str() {
            "futex" => call.waited != Waited::Yes && !wakers.contains(it),
            "write" | "writev" if call.socket.is_none() => call.waited != Waited::Yes,
            name => (QUIET.contains(&name) && !about_waiting.contains(it)) || is_of_runtime(call),
        };
        !is_quiet && is_of_interest(call) && processes.contains(&process(call))
    };
    (0..recording.calls.len()).filter(is_shown).collect()
}

/// Whether a call has to do with what the program is about. The C library looks for a daemon that
/// caches names (nscd(8)), and mostly finds none.
fn is_of_interest(call: &Call) -> bool {
    let in_vain = |socket: &Socket| socket.protocol.starts_with("UNIX") && socket.there.is_none();
    let may_be = matches!(call.name.as_str(), "socket" | "connect" | "close");
    !(may_be && call.socket.as_ref().is_some_and(in_vain))
}

/// The calls that change for how long their sockets may wait. What every socket is at first, blocking
/// and without a timeout, need not be said of one that was never anything else.
fn about_waiting(recording: &Recording) -> BTreeSet<usize> {
    let mut changed: BTreeSet<(usize, i32, String)> = BTreeSet::new();
    let mut all = BTreeSet::new();
    for (number, call) in recording.calls.iter().enumerate() {
        let Some(socket) = &call.socket else { continue };
        let argument = |at: usize| call.arguments.get(at).map_or("", String::as_str);
        let (what, is_usual) = match call.name.as_str() {
            "setsockopt" if argument(2).contains("TIMEO") => {
                (argument(2), timeout(call).as_deref() == Some("0 s"))
            }
            "fcntl" if argument(1) == "F_SETFL" => ("blocking", is_blocking(call)),
            "ioctl" if argument(1) == "FIONBIO" => ("blocking", is_blocking(call)),
            "close" => {
                let process = recording.threads[call.thread].process;
                changed.retain(|it| (it.0, it.1) != (process, socket.descriptor));
                continue;
            }
            _ => continue,
        };
        let process = recording.threads[call.thread].process;
        let key = (process, socket.descriptor, what.to_owned());
        let was_changed = if is_usual { changed.remove(&key) } else { !changed.insert(key) };
        if !is_usual || was_changed {
            all.insert(number);
        }
    }
    all
}

/// Before `main`, Rust's library looks whether the three standard descriptors are open.
fn is_of_runtime(call: &Call) -> bool {
    let is_about_a_socket =
        ["TCP", "UDP", "UNIX"].iter().any(|it| call.arguments.concat().contains(it));
    call.name == "poll" && !is_about_a_socket && call.arguments.last().is_some_and(|it| it == "0")
}
