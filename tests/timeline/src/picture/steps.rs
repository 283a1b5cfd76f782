//! A recording step by step: what happens, what every thread is doing then, and what is under way.

use std::collections::BTreeMap;

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
    let lane = |lane: usize| {
        let begun = |shown: &&Shown| {
            shown.lane == lane
                && (shown.begin < step.row || (shown.begin == step.row && shown.call <= step.call))
        };
        let Some(last) = layout.calls.iter().rfind(begun) else {
            return "has not begun".to_owned();
        };
        let call = &recording.calls[last.call];
        match (is_over(last), call.waited) {
            _ if is_end(call) => "has ended".to_owned(),
            (true, _) => "runs".to_owned(),
            (false, Waited::Yes) => format!("waits in {}", call.name),
            (false, _) => format!("is in {}", call.name),
        }
    };
    (0..layout.lanes.len()).map(lane).collect()
}

/// How many bytes of each connection have been sent and not been received behind a step, by its two
/// ends: from, and to. This is reckoned from what the calls returned; where the bytes were, no call
/// tells.
pub fn under_way(
    recording: &Recording,
    layout: &Layout,
    step: &Step,
) -> Vec<(String, String, u64)> {
    let now = layout.rows[step.row];
    let mut streams: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    for call in &recording.calls {
        let (Some(socket), Some(bytes)) = (&call.socket, &call.bytes) else { continue };
        let (Some(here), Some(there)) = (socket.here.clone(), socket.there.clone()) else {
            continue;
        };
        if call.end.is_none_or(|end| end > now) {
            continue;
        }
        if RECEIVES.contains(&call.name.as_str()) {
            streams.entry((there, here)).or_default().1 += bytes.count;
        } else {
            streams.entry((here, there)).or_default().0 += bytes.count;
        }
    }
    let left = streams.into_iter().map(|((from, to), (sent, received))| {
        // A receive may be seen to end before the send that it is from.
        (from, to, sent.saturating_sub(received))
    });
    left.collect()
}

pub(super) fn is_end(call: &Call) -> bool {
    matches!(call.name.as_str(), "exit" | "exit_group")
}
