//! Whether a call waited, and what ended its wait.
//!
//! strace notes a call's beginning before the kernel does anything for it, and its end when all is
//! done. So what one call began after another was entered, the other cannot have found done; and
//! what had ended before, it must have found. What happened at the same time shows nothing. Where
//! the calls show nothing, a thread that was seen asleep in one has waited.

use std::collections::HashMap;

use crate::asleep::Asleep;
use crate::futex;
use crate::known::Known;
use crate::pairs::{back, direction, is_stream};
use crate::recording::{Accepted, Pair, Waited};
use crate::room::has_room;
use crate::transfer::Transfer;

/// What is known of all calls, to find out who waited for whom.
pub(crate) struct Waits<'a> {
    calls: &'a [Known],
    pairs: &'a [Pair],
    asleep: &'a Asleep,
    /// For each call that received bytes, the one that sent the first of them.
    sent_by: HashMap<usize, usize>,
    /// For each accept, its connect.
    connects: HashMap<usize, usize>,
    /// For each call that sent or printed, whether there was room for all of it.
    has_room: HashMap<usize, bool>,
    /// For each wait for another thread of its program, the call that ended it.
    wakers: HashMap<usize, usize>,
}

impl<'a> Waits<'a> {
    pub(crate) fn new(
        calls: &'a [Known],
        pairs: &'a [Pair],
        accepted: &[Accepted],
        asleep: &'a Asleep,
    ) -> Self {
        Self {
            calls,
            pairs,
            asleep,
            sent_by: pairs.iter().rev().map(|pair| (pair.received, pair.sent)).collect(),
            connects: accepted.iter().map(|it| (it.accept, it.connect)).collect(),
            has_room: has_room(calls, pairs),
            wakers: futex::wakers(calls),
        }
    }

    /// Whether a call waited, and the call that it waited for, or found done.
    pub(crate) fn of(&self, call: usize) -> (Waited, Option<usize>) {
        let known = &self.calls[call];
        let (waited, cause) = self.by_the_calls(call);
        let slept = || self.asleep.between(known.call.thread, known.start(), known.end());
        if waited == Waited::Unknown && slept() { (Waited::Yes, cause) } else { (waited, cause) }
    }

    fn by_the_calls(&self, call: usize) -> (Waited, Option<usize>) {
        let known = &self.calls[call];
        let name = known.name();
        // A thread that ends waits for nobody.
        if matches!(name, "exit" | "exit_group") {
            return (Waited::No, None);
        }
        // One that never ended has not found what it asked for.
        if known.end().is_none() {
            return (Waited::Unknown, None);
        }
        if known.call.outcome.is_interrupted() {
            return (Waited::Yes, None); // until a signal came
        }
        let at_once = |is_known: bool| if is_known { Waited::No } else { Waited::Unknown };
        let cause = match &known.transfer {
            Some((Transfer::Receives(_), 1..)) => self.sent_by.get(&call).copied(),
            Some((Transfer::Receives(_), 0)) => self.end_of_stream(call),
            _ if matches!(name, "accept" | "accept4") => self.connects.get(&call).copied(),
            _ if futex::waits(&known.call) => match known.call.outcome.error.as_deref() {
                None => self.wakers.get(&call).copied(),
                Some("ETIMEDOUT") => return (Waited::Yes, None),
                Some(_) => return (Waited::No, None), // what it would wait for has happened already
            },
            _ if MAY_END_BY_TIME.contains(&name) && is_over_by_time(known) => {
                return (if known.may_wait { Waited::Yes } else { Waited::No }, None);
            }
            _ if READY.contains(&name) => self.ready(call),
            _ if AT_ONCE.contains(&name) || !known.may_wait => return (Waited::No, None),
            _ => return (at_once(self.has_room.get(&call) == Some(&true)), None),
        };
        if !known.may_wait {
            return (Waited::No, cause);
        }
        (cause.map_or(Waited::Unknown, |cause| self.came_afterwards(call, cause)), cause)
    }

    /// Whether a call waited for another one.
    fn came_afterwards(&self, call: usize, cause: usize) -> Waited {
        let (known, by) = (&self.calls[call], &self.calls[cause]);
        if by.start() >= known.start() {
            Waited::Yes
        } else if by.end().is_some_and(|end| end <= known.start()) || self.was_there(call, cause) {
            Waited::No
        } else {
            Waited::Unknown
        }
    }

    /// Whether what a call received was there already, although the call that sent it had not
    /// returned: another call had received a part of the same packet.
    fn was_there(&self, call: usize, cause: usize) -> bool {
        let is_whole =
            matches!(self.calls[cause].transfer, Some((_, count)) if count <= IN_ONE_PACKET);
        let others = self.pairs.iter().filter(|pair| pair.sent == cause && pair.received != call);
        let mut ends = others.filter_map(|pair| self.calls[pair.received].end());
        is_whole && ends.any(|end| end <= self.calls[call].start())
    }

    /// What made a call return that waits for something to be had: what made it possible to have what
    /// the thread takes next.
    fn ready(&self, call: usize) -> Option<usize> {
        let same_thread = |at: &usize| self.calls[*at].thread == self.calls[call].thread;
        let next = (call + 1..self.calls.len())
            .filter(same_thread)
            .take_while(|at| !READY.contains(&self.calls[*at].name()));
        next.filter_map(|at| self.by_the_calls(at).1).next()
    }

    /// The call by which the other side ended the stream.
    fn end_of_stream(&self, call: usize) -> Option<usize> {
        let known = &self.calls[call];
        let socket = known.socket.as_ref().filter(|it| is_stream(it))?;
        let expected = back(direction(socket)?);
        self.calls.iter().position(|other| {
            let ends = matches!(other.transfer, Some((Transfer::Ends, _)));
            let is_before = known.end().is_none_or(|end| other.start() < end);
            let is_it = || other.socket.as_ref().and_then(direction).as_ref() == Some(&expected);
            ends && is_before && is_it()
        })
    }
}

/// A send of so many bytes goes into one packet: on Linux, one over loopback has up to 65,536, and
/// what is less than half of that is not split (ip(8) shows the mtu of `lo`).
const IN_ONE_PACKET: u64 = 32 << 10;

/// Whether a call ended because a time was over.
pub(crate) fn is_over_by_time(known: &Known) -> bool {
    let outcome = &known.call.outcome;
    let error = outcome.error.as_deref();
    outcome.text.contains("Timeout")
        || matches!(error, Some("EAGAIN" | "ETIMEDOUT"))
        || SLEEPS.contains(&known.name())
}

/// Calls that wait for a time to be over.
pub(crate) const SLEEPS: &[&str] = &["clock_nanosleep", "nanosleep"];

/// Calls that may end because a time is over.
const MAY_END_BY_TIME: &[&str] = &[
    "accept",
    "accept4",
    "clock_nanosleep",
    "connect",
    "epoll_pwait",
    "epoll_wait",
    "nanosleep",
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

/// Calls that wait for nobody.
const AT_ONCE: &[&str] = &[
    "bind",
    "close",
    "clone",
    "clone3",
    "fcntl",
    "futex",
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
