//! Who has sent what to whom, as arrows between the calls.

use std::cmp::Ordering;

use maud::{Markup, html};

use super::Layout;
use super::measure::HALF;
use crate::recording::Recording;

/// From a lane and a row to another lane and row.
pub(super) struct Arrow {
    from: (usize, usize),
    to: (usize, usize),
    /// How many bytes go along it, where bytes do.
    count: Option<u64>,
}

/// From each call that sent to each that received, from each connect to its accept, and from each
/// thread that woke another.
pub(super) fn arrows(layout: &Layout, recording: &Recording) -> Vec<Arrow> {
    let place = |call: usize| layout.calls.iter().find(|it| it.call == call);
    let arrow = |from: usize, to: usize, count: Option<u64>| {
        let (from, to) = (place(from)?, place(to)?);
        // What comes of a call is not shown before it is over.
        let end = to.end?.max(from.begin);
        Some(Arrow { from: (from.lane, from.begin), to: (to.lane, end), count })
    };
    let pairs = recording.pairs.iter().filter_map(|it| arrow(it.sent, it.received, Some(it.count)));
    let accepted = recording.accepted.iter().filter_map(|it| arrow(it.connect, it.accept, None));
    let futexes = recording.calls.iter().enumerate().filter(|(_, call)| call.name == "futex");
    let woken = futexes.filter_map(|(number, call)| arrow(call.woken_by?, number, None));
    pairs.chain(accepted).chain(woken).collect()
}

impl Arrow {
    pub(super) fn draw(&self, layout: &Layout, id: &str) -> Markup {
        let (from, to) = (layout.x(self.from.0), layout.x(self.to.0));
        let (y1, y2) = (layout.y(self.from.1), layout.y(self.to.1));
        // It begins and ends beside the bars; within one lane, it goes around.
        let [x1, x2] = match from.cmp(&to) {
            Ordering::Less => [from + HALF, to - HALF],
            Ordering::Greater => [from - HALF, to + HALF],
            Ordering::Equal => [from - HALF, to - HALF],
        };
        // Near its head, where no label of a call stands.
        let (x, y) = ((x1 + 4 * x2) / 5, (y1 + 4 * y2) / 5 - 4);
        html! {
            line.arrow x1=(x1) y1=(y1) x2=(x2) y2=(y2) marker-end=(format!("url(#{id}-head)")) {}
            @if let Some(count) = self.count {
                text.count x=(x) y=(y) { (count) " B" }
            }
        }
    }
}
