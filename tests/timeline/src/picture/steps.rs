//! A recording step by step: what happens, what every thread is doing then, and what is under way.

use std::collections::{BTreeMap, BTreeSet};

use super::Layout;
use super::layout::Shown;
use crate::recording::{Call, Recording, Waited};
use crate::transfer::RECEIVES;

/// A moment at which something happens.
pub struct Step {
    /// The call, by its place in the recording.
    pub call: usize,
    /// Whether the call begins, ends, or does both in one row.
    pub part: Part,
    /// The row in which it happens.
    pub row: usize,
}

/// What of a call happens in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It begins, and something else happens before it ends.
    Begins,
    /// It ends.
    Ends,
    /// It begins and ends, and nothing else happens meanwhile.
    Whole,
}

/// The steps of a recording, in the order of time.
pub fn steps(layout: &Layout) -> Vec<Step> {
    let parts = |shown: &Shown| {
        let step = |part, row| Step { call: shown.call, part, row };
        match shown.end {
            Some(end) if shown.is_earlier => vec![step(Part::Ends, end)],
            None if shown.is_earlier => Vec::new(),
            Some(end) if end > shown.begin => {
                vec![step(Part::Begins, shown.begin), step(Part::Ends, end)]
            }
            Some(_) => vec![step(Part::Whole, shown.begin)],
            None => vec![step(Part::Begins, shown.begin)],
        }
    };
    let mut steps: Vec<Step> = layout.calls.iter().flat_map(parts).collect();
    // Within a row, what ends makes room for what begins.
    steps.sort_by_key(|step| (step.row, step.part != Part::Ends, step.call));
    steps
}

/// What each lane does behind a step, from left to right.
pub fn lanes(recording: &Recording, layout: &Layout, step: &Step) -> Vec<String> {
    let is_over = |shown: &Shown| {
        let is_this = shown.call == step.call;
        shown.end.is_some_and(|end| {
            end < step.row || (end == step.row && (!is_this || step.part != Part::Begins))
        })
    };
    let now = layout.now(recording, step);
    let is_stopped = |lane: usize| {
        layout.stops.iter().any(|stop| {
            let goes_on = stop.end.is_some_and(|end| end <= step.row);
            stop.lane == lane && stop.begin <= step.row && !goes_on
        })
    };
    let lane = |lane: usize| {
        let ended = recording.threads[layout.lanes[lane]].ended;
        if ended.is_some_and(|ended| ended <= now) {
            return "has ended".to_owned();
        }
        if is_stopped(lane) {
            return "is stopped".to_owned();
        }
        let begun = |shown: &&Shown| {
            shown.lane == lane
                && (shown.is_earlier
                    || shown.begin < step.row
                    || (shown.begin == step.row && shown.call <= step.call))
        };
        let Some(last) = layout.calls.iter().rfind(begun) else {
            return "has not begun".to_owned();
        };
        let call = &recording.calls[last.call];
        match (is_over(last), call.waited) {
            _ if is_end(call) => "has ended".to_owned(),
            (true, _) if is_last_word(recording, last.call) => "is ended by a signal".to_owned(),
            (true, _) => "runs".to_owned(),
            (false, Waited::Yes) => format!("waits in {}", call.name),
            (false, _) => format!("is in {}", call.name),
        }
    };
    (0..layout.lanes.len()).map(lane).collect()
}

/// Whether a call was ended by a signal that ended its thread as well.
fn is_last_word(recording: &Recording, number: usize) -> bool {
    let call = &recording.calls[number];
    let is_later = |other: &Call| other.thread == call.thread;
    call.result.starts_with("? ERESTART")
        && recording.threads[call.thread].ended.is_some()
        && !recording.calls[number + 1..].iter().any(is_later)
}

/// How many bytes of each connection have been sent and not been received behind a step, by its two
/// ends: from, and to. Connections of which one end was recorded are left out. This is reckoned from
/// what the calls returned; where the bytes were, no call tells.
pub fn under_way(
    recording: &Recording,
    layout: &Layout,
    step: &Step,
) -> Vec<(String, String, u64)> {
    let now = layout.now(recording, step);
    let is_over = |call: &Call| call.end.is_some_and(|end| end <= now);
    let ends: BTreeSet<_> = recording.calls.iter().filter_map(ends_of).collect();
    let mut streams: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let is_paired: BTreeSet<_> =
        recording.pairs.iter().filter_map(|pair| ends_of(&recording.calls[pair.sent])).collect();
    let is_received: BTreeSet<_> = recording
        .calls
        .iter()
        .filter(|call| RECEIVES.contains(&call.name.as_str()))
        .filter(|call| call.bytes.as_ref().is_some_and(|bytes| bytes.count > 0))
        .filter_map(ends_of)
        .map(|(here, there)| (there, here))
        .collect();
    for (sent, call) in recording.calls.iter().enumerate() {
        let (Some((from, to)), Some(bytes)) = (ends_of(call), &call.bytes) else { continue };
        let is_sent = !RECEIVES.contains(&call.name.as_str()) && is_over(call);
        // What was received, and cannot be told whose it was, is not under way.
        let is_known = is_paired.contains(&(from, to)) || !is_received.contains(&(from, to));
        if is_sent && is_known && ends.contains(&(to, from)) {
            let received = recording.pairs.iter().filter(|pair| pair.sent == sent);
            let received = received.filter(|pair| is_over(&recording.calls[pair.received]));
            let count: u64 = received.map(|pair| pair.count).sum();
            *streams.entry((from, to)).or_default() += bytes.count - count;
        }
    }
    let owned = |((from, to), left): ((&str, &str), u64)| (from.to_owned(), to.to_owned(), left);
    streams.into_iter().filter(|(_, left)| *left > 0).map(owned).collect()
}

impl Layout {
    /// The moment behind a step, in nanoseconds since the first call.
    fn now(&self, recording: &Recording, step: &Step) -> u64 {
        // A call that is a row by itself ends behind the moment for which the row stands.
        let own_end = recording.calls[step.call].end.filter(|_| step.part == Part::Whole);
        self.rows[step.row].max(own_end.unwrap_or(0))
    }
}

/// The two addresses of the connection that a call was about, its own first.
fn ends_of(call: &Call) -> Option<(&str, &str)> {
    let socket = call.socket.as_ref()?;
    Some((socket.here.as_deref()?, socket.there.as_deref()?))
}

pub(super) fn is_end(call: &Call) -> bool {
    matches!(call.name.as_str(), "exit" | "exit_group")
}
