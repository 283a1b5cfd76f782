//! Whether a call waited, and what ended its wait.
//!
//! A thread that was seen asleep in a call has waited in it. Besides, there is what the calls tell:
//! what another call began after this one had been let into the kernel, this one cannot have found
//! done; and it found what had ended before it began. strace notes a beginning a little early, and
//! an end a little late; where that leaves it open which came first, nothing is said.

use std::collections::HashMap;

use crate::asleep::Asleep;
use crate::blocking::{came_to_nothing, never_blocks, waits_for_readiness};
use crate::futex;
use crate::known::Known;
use crate::pairs::{back, direction, is_stream};
use crate::recording::{Accepted, Pair, Waited};
use crate::send_buffer::has_room;
use crate::strace::descriptor;
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
        if waited == Waited::Yes
            || !self.asleep.between(known.call.thread, known.start(), known.end())
        {
            return (waited, cause);
        }
        // What had been done before is not what it waited for: what was sent may have been held back.
        (Waited::Yes, cause.filter(|_| waited == Waited::Unknown))
    }

    fn by_the_calls(&self, call: usize) -> (Waited, Option<usize>) {
        let known = &self.calls[call];
        let outcome = &known.call.outcome;
        // A thread that ends waits for nobody; in any other call that never ended, it may.
        if known.end().is_none() {
            let ends = matches!(known.name(), "exit" | "exit_group");
            return (if ends { Waited::No } else { Waited::Unknown }, None);
        }
        if futex::waits(&known.call) {
            return match outcome.error.as_deref() {
                None | Some("ETIMEDOUT" | "EINTR") => {
                    (Waited::Yes, self.wakers.get(&call).copied())
                }
                Some(_) => (Waited::No, None), // what it would wait for has happened already
            };
        }
        if outcome.is_interrupted() {
            return (Waited::Yes, None); // until a signal came
        }
        if !known.may_wait || never_blocks(&known.call) || self.is_announced(call) {
            return (Waited::No, self.cause(call));
        }
        if came_to_nothing(known.name(), &outcome.text, outcome.error.as_deref()) {
            // A socket that was made non-blocking before anybody looked fails in the same way.
            let is_sure = known.has_timeout || outcome.error.as_deref() != Some("EAGAIN");
            return (if is_sure { Waited::Yes } else { Waited::Unknown }, None);
        }
        match self.cause(call) {
            Some(cause) => (self.came_afterwards(call, cause), Some(cause)),
            None if self.has_room.get(&call) == Some(&true) => (Waited::No, None),
            None => (Waited::Unknown, None),
        }
    }

    /// What a call waits for, or finds done: the call that does it.
    fn cause(&self, call: usize) -> Option<usize> {
        let known = &self.calls[call];
        match &known.transfer {
            Some((Transfer::Receives(_), _)) => {
                self.sent_by.get(&call).copied().or_else(|| self.end_of_stream(call))
            }
            _ if matches!(known.name(), "accept" | "accept4") => self.connects.get(&call).copied(),
            _ if waits_for_readiness(known.name()) => self.ready(call),
            _ => None,
        }
    }

    /// Whether a call waited for another one.
    fn came_afterwards(&self, call: usize, cause: usize) -> Waited {
        let (known, by) = (&self.calls[call], &self.calls[cause]);
        if known.entered_by().is_some_and(|entered| by.start() >= entered) {
            Waited::Yes
        } else if by.ended_by().is_some_and(|end| end <= known.start())
            || self.was_there(call, cause)
        {
            Waited::No
        } else {
            Waited::Unknown
        }
    }

    /// Whether what a call received was there already, although the call that sent it had not
    /// returned: another call had received a part of it. What finds room for all of itself is sent as
    /// a whole.
    fn was_there(&self, call: usize, cause: usize) -> bool {
        let is_whole = self.has_room.get(&cause) == Some(&true);
        let others = self.pairs.iter().filter(|pair| pair.sent == cause && pair.received != call);
        let mut ends = others.filter_map(|pair| self.calls[pair.received].ended_by());
        is_whole && ends.any(|end| end <= self.calls[call].start())
    }

    /// What made a call return that waits for something to be had: what made it possible to have what
    /// the thread takes next.
    fn ready(&self, call: usize) -> Option<usize> {
        let known = &self.calls[call];
        let outcome = &known.call.outcome;
        // One that asks whether it may send waits for nobody's bytes.
        if known.name().ends_with("poll") && !outcome.text.contains("POLLIN") {
            return None;
        }
        let waits_again = |it: &Known| waits_for_readiness(it.name()) && it.may_wait;
        let same_thread = |at: &usize| self.calls[*at].thread == known.thread;
        let next = (call + 1..self.calls.len())
            .filter(same_thread)
            .take_while(|at| !waits_again(&self.calls[*at]));
        let is_before = |cause: &usize| !known.is_over_at(self.calls[*cause].start());
        next.filter_map(|at| self.cause(at)).find(is_before)
    }

    /// Whether the thread has just been told that there is something to read: what the keyboard sends
    /// is in no recording.
    fn is_announced(&self, call: usize) -> bool {
        let known = &self.calls[call];
        if known.name() != "read" || known.socket.is_some() {
            return false;
        }
        let Some(number) = known.call.arguments.first().and_then(|it| descriptor(it)) else {
            return false;
        };
        let before = self.calls[..call].iter().rfind(|other| other.thread == known.thread);
        let told = format!("fd={}, revents=POLLIN", number.number);
        before.is_some_and(|before| before.call.outcome.text.contains(&told))
    }

    /// The call by which the other side ended the stream: it said so, or closed the last copy.
    fn end_of_stream(&self, call: usize) -> Option<usize> {
        let known = &self.calls[call];
        let socket = known.socket.as_ref().filter(|it| is_stream(it))?;
        let expected = back(direction(socket)?);
        let is_it = |other: &Known| {
            let ends = matches!(other.transfer, Some((Transfer::Ends, _)));
            let is_before = !known.is_over_at(other.start());
            let is_its = || other.socket.as_ref().and_then(direction).as_ref() == Some(&expected);
            ends && is_before && is_its()
        };
        let says_so = |other: &Known| other.name() == "shutdown" && is_it(other);
        let shutdown = self.calls.iter().position(says_so);
        shutdown.or_else(|| self.calls.iter().rposition(is_it))
    }
}
