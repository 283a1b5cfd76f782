//! The part of a recording that a picture shows.

use std::collections::BTreeSet;

use super::measure::LONG;
use super::selection;
use crate::recording::{Call, Recording, Span};

/// A recording, between two moments.
pub(super) struct Window<'a> {
    recording: &'a Recording,
    from: u64,
    to: u64,
}

impl<'a> Window<'a> {
    pub(super) fn of(recording: &'a Recording) -> Self {
        let Span { from, to } = recording.shown.unwrap_or(Span { from: 0, to: u64::MAX });
        Self { recording, from, to }
    }

    /// When a call begins, as far as it is shown.
    pub(super) fn begin(&self, call: usize) -> u64 {
        self.recording.calls[call].start.max(self.from)
    }

    /// When a call ends, if that is shown.
    pub(super) fn end(&self, call: usize) -> Option<u64> {
        self.recording.calls[call].end.filter(|end| *end <= self.to)
    }

    /// Whether a call began before.
    pub(super) fn is_earlier(&self, call: usize) -> bool {
        self.recording.calls[call].start < self.from
    }

    /// When threads are stopped, and when they go on, as far as that is shown: by the threads.
    pub(super) fn stops(&self) -> impl Iterator<Item = (usize, u64, Option<u64>)> {
        let is_in =
            |from: u64, to: Option<u64>| from < self.to && to.is_none_or(|to| to > self.from);
        let stops = self.recording.stops.iter().filter(move |it| is_in(it.from, it.to));
        stops.map(|it| (it.thread, it.from.max(self.from), it.to.filter(|end| *end <= self.to)))
    }

    /// The calls that are shown, in order.
    pub(super) fn calls(&self) -> Vec<usize> {
        let calls = &self.recording.calls;
        let is_in =
            |call: &Call| call.start < self.to && call.end.is_none_or(|end| end > self.from);
        let mut shown = selection::shown(self.recording);
        shown.retain(|call| is_in(&calls[*call]));
        if self.recording.shown.is_some() {
            // A thread that is in one call all the time has no part in it.
            let takes_part = |call: &&usize| self.end(**call).is_some() || !self.is_earlier(**call);
            let part: BTreeSet<usize> =
                shown.iter().filter(takes_part).map(|call| calls[*call].thread).collect();
            shown.retain(|call| part.contains(&calls[*call].thread));
        }
        shown
    }

    /// The moments that have a row: each beginning, and each end before which something else has
    /// happened, or that is long after its beginning.
    pub(super) fn moments(&self, shown: &[usize], lanes: &[usize]) -> Vec<u64> {
        let mut moments: Vec<u64> = shown.iter().map(|call| self.begin(*call)).collect();
        for call in shown {
            let (Some(end), start) = (self.end(*call), self.begin(*call)) else { continue };
            let meanwhile = |other: &usize| {
                let other = &self.recording.calls[*other];
                let within = |moment: u64| moment > start && moment < end;
                within(other.start)
                    || other.end.is_some_and(|end| within(end) && other.start < start)
            };
            if end - start >= LONG || shown.iter().any(|other| other != call && meanwhile(other)) {
                moments.push(end);
            }
        }
        for (_, from, to) in self.stops().filter(|(thread, ..)| lanes.contains(thread)) {
            moments.extend([Some(from), to].into_iter().flatten());
        }
        moments.sort_unstable();
        moments.dedup();
        moments
    }
}
