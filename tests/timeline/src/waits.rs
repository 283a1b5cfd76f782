//! Whether a call waited, and what ended its wait.
//!
//! strace notes a call's beginning before the kernel does anything for it, and its end when all is
//! done. So what one call began after another was entered, the other cannot have found done; and
//! what had ended before, it must have found. What happened at the same time shows nothing.

use crate::known::Known;
use crate::pairs::{back, direction, is_stream};
use crate::recording::{Accepted, Pair, Waited};
use crate::transfer::Transfer;

/// Whether a call waited, and the call that it waited for, or found done.
pub(crate) fn wait(
    call: usize,
    calls: &[Known],
    pairs: &[Pair],
    accepted: &[Accepted],
) -> (Waited, Option<usize>) {
    let known = &calls[call];
    // A thread that ends waits for nobody.
    if matches!(known.name(), "exit" | "exit_group") {
        return (Waited::No, None);
    }
    // One that never ended has not found what it asked for.
    if known.end().is_none() {
        return (Waited::Unknown, None);
    }
    if known.call.outcome.is_interrupted() {
        return (Waited::Yes, None); // until a signal came
    }
    let cause = match (known.name(), &known.transfer) {
        ("accept" | "accept4", _) => {
            accepted.iter().find(|it| it.accept == call).map(|it| it.connect)
        }
        (_, Some((Transfer::Receives(_), 1..))) => {
            pairs.iter().find(|it| it.received == call).map(|it| it.sent)
        }
        (_, Some((Transfer::Receives(_), 0))) => end_of_stream(call, calls),
        (name, _) if TIMEOUTS.contains(&name) && is_timeout(known) => {
            let waited = if known.may_wait { Waited::Yes } else { Waited::No };
            return (waited, None);
        }
        (name, _) if READY.contains(&name) => ready(call, calls, pairs, accepted),
        (name, _) if AT_ONCE.contains(&name) => return (Waited::No, None),
        _ => None,
    };
    if !known.may_wait {
        return (Waited::No, cause);
    }
    let waited = cause.map_or(Waited::Unknown, |cause| {
        if calls[cause].start() >= known.start() {
            Waited::Yes
        } else if calls[cause].end().is_some_and(|end| end <= known.start())
            || was_there(call, cause, calls, pairs)
        {
            Waited::No
        } else {
            Waited::Unknown
        }
    });
    (waited, cause)
}

/// A send of so many bytes goes into one packet: on Linux, one over loopback has up to 65,536, and
/// what is less than half of that is not split (ip(8) shows the mtu of `lo`).
const WHOLE: u64 = 32 << 10;

/// Whether what a call received was there already, although the call that sent it had not returned:
/// another call had received a part of the same packet.
fn was_there(call: usize, cause: usize, calls: &[Known], pairs: &[Pair]) -> bool {
    let is_whole = matches!(calls[cause].transfer, Some((_, count)) if count <= WHOLE);
    let of_cause = pairs.iter().filter(|pair| pair.sent == cause && pair.received != call);
    let ended = |pair: &Pair| calls[pair.received].end();
    is_whole && of_cause.filter_map(ended).any(|end| end <= calls[call].start())
}

/// Calls that may end because a time is over.
const TIMEOUTS: &[&str] = &[
    "accept",
    "accept4",
    "epoll_pwait",
    "epoll_wait",
    "poll",
    "ppoll",
    "pselect6",
    "read",
    "readv",
    "recv",
    "recvfrom",
    "recvmsg",
    "restart_syscall",
    "select",
];

/// Calls that return when something can be had, by another call.
const READY: &[&str] = &["poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait"];

/// What made a call return that waits for something to be had: what made it possible to have what the
/// thread takes next.
fn ready(call: usize, calls: &[Known], pairs: &[Pair], accepted: &[Accepted]) -> Option<usize> {
    let same_thread = |at: &usize| calls[*at].thread == calls[call].thread;
    let next = (call + 1..calls.len())
        .filter(same_thread)
        .take_while(|at| !READY.contains(&calls[*at].name()));
    next.filter_map(|at| wait(at, calls, pairs, accepted).1).next()
}

/// Calls that wait for nobody.
const AT_ONCE: &[&str] = &[
    "bind",
    "close",
    "clone",
    "clone3",
    "fcntl",
    "getpeername",
    "getsockname",
    "getsockopt",
    "ioctl",
    "listen",
    "setsockopt",
    "shutdown",
    "socket",
    "socketpair",
];

fn is_timeout(call: &Known) -> bool {
    let outcome = &call.call.outcome;
    outcome.text.contains("Timeout") || outcome.error.as_deref() == Some("EAGAIN")
}

/// The call by which the other side ended the stream.
fn end_of_stream(call: usize, calls: &[Known]) -> Option<usize> {
    let known = &calls[call];
    let expected =
        known.socket.as_ref().filter(|it| is_stream(it)).and_then(direction).map(back)?;
    (0..calls.len()).find(|at| {
        let ends = matches!(calls[*at].transfer, Some((Transfer::Ends, _)));
        let is_before = known.end().is_none_or(|end| calls[*at].start() < end);
        ends && is_before
            && calls[*at].socket.as_ref().and_then(direction).as_ref() == Some(&expected)
    })
}
