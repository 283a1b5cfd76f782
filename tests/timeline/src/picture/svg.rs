//! The picture as SVG. It needs no script, and takes its colours from the page around it, or, alone,
//! from what the reader prefers.

use maud::{Markup, PreEscaped, html};

use super::Layout;
use super::layout::Shown;
use super::steps::is_end;
use crate::recording::{Recording, Waited};
use crate::words::{label, lane_names, sentence};

const LANE: usize = 196;
const ROW: usize = 24;
const TOP: usize = 52;
/// Room for the times, at the left.
const LEFT: usize = 64;
/// Half of a bar's width.
const HALF: usize = 5;
/// A wait that is longer is marked with its length.
const LONG: u64 = 10_000_000;

/// The colours, where no page gives them.
const STYLE: &str = "
.timeline-figure, svg.timeline { --fg: #222; --bg: #fff; --wait: #e0a000; --line: #2060c0; --bad: #c02020; }
@media (prefers-color-scheme: dark) {
  .timeline-figure, svg.timeline { --fg: #ddd; --bg: #1a1a1a; --wait: #a07000; --line: #80b0ff; --bad: #ff8080; }
}
svg.timeline { background: var(--bg); font: 12px sans-serif; }
.timeline text { fill: var(--fg); paint-order: stroke; stroke: var(--bg); stroke-width: 3px; }
.timeline .name { font-weight: bold; font-size: 13px; }
.timeline .thread, .timeline .time { font-size: 11px; }
.timeline .time { text-anchor: end; }
.timeline .call text { font-family: monospace; }
.timeline .lane { stroke: var(--fg); opacity: .4; }
.timeline .call rect { fill: var(--fg); }
.timeline .waited rect { fill: var(--wait); stroke: var(--fg); }
.timeline .unknown rect { fill: var(--bg); stroke: var(--fg); }
.timeline .failed rect { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 3 2; }
.timeline .failed text { fill: var(--bad); }
.timeline .arrow { stroke: var(--line); stroke-width: 1.5; }
.timeline .head { fill: var(--line); }
";

impl Layout {
    /// The picture of a recording. `id` begins with a letter, and is no other picture's of the page.
    pub fn svg(&self, recording: &Recording, id: &str, title: &str) -> String {
        let (width, height) = (LEFT + self.lanes.len() * LANE, self.y(self.rows.len()));
        let drawing = html! {
            svg.timeline xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {width} {height}"))
                width=(width) height=(height) role="img" aria-labelledby=(format!("{id}-title {id}-text")) {
                title id=(format!("{id}-title")) { (title) }
                desc id=(format!("{id}-text")) { (self.description(recording)) }
                style { (PreEscaped(STYLE)) }
                defs {
                    marker id=(format!("{id}-head")) viewBox="0 0 10 10" refX="9" refY="5"
                        markerWidth="7" markerHeight="7" orient="auto" {
                        path.head d="M0 0L10 5L0 10z" {}
                    }
                }
                @for (lane, thread) in self.lanes.iter().enumerate() {
                    (self.lane(recording, lane, *thread))
                }
                (self.times())
                @for arrow in self.arrows(recording) { (arrow.draw(self, id)) }
                @for shown in &self.calls { (self.call(recording, shown)) }
            }
        };
        drawing.into_string()
    }

    fn description(&self, recording: &Recording) -> String {
        let names: Vec<_> =
            self.lanes.iter().map(|thread| lane_names(recording, *thread).join(" ")).collect();
        format!(
            "{} calls of {}, from the top to the bottom in the order of time. The list below says what \
             happens in each.",
            self.calls.len(),
            names.join(", ")
        )
    }

    fn lane(&self, recording: &Recording, lane: usize, thread: usize) -> Markup {
        let (x, end) = (self.x(lane), self.y(self.end_of(recording, lane)));
        let [process, thread] = lane_names(recording, thread);
        html! {
            text.name x=(x - HALF) y="16" { (process) }
            text.thread x=(x - HALF) y="32" { (thread) }
            line.lane x1=(x) y1="38" x2=(x) y2=(end) {}
        }
    }

    /// The row in which a lane ends: where its thread does, or below the last one.
    fn end_of(&self, recording: &Recording, lane: usize) -> usize {
        let mut calls = self.calls.iter().filter(|shown| shown.lane == lane);
        let last = calls.next_back().filter(|shown| is_end(&recording.calls[shown.call]));
        last.map_or(self.rows.len(), |shown| shown.begin)
    }

    /// The time of each row before which something waited for long.
    fn times(&self) -> Markup {
        html! {
            @for (row, time) in self.rows.iter().enumerate() {
                @let before = row.checked_sub(1).map_or(0, |row| self.rows[row]);
                @if row == 0 || time - before >= LONG {
                    text.time x=(LEFT - 8) y=(self.y(row) + 4) { (seconds(*time)) }
                }
            }
        }
    }

    fn call(&self, recording: &Recording, shown: &Shown) -> Markup {
        let call = &recording.calls[shown.call];
        let (x, y) = (self.x(shown.lane), self.y(shown.begin));
        // A thread never returns from the call in which it ends.
        let never = if is_end(call) { shown.begin } else { self.rows.len() - 1 };
        let last = shown.end.unwrap_or(never);
        let height = (last - shown.begin) * ROW + 2 * HALF;
        let waited = match call.waited {
            Waited::Yes => "waited",
            Waited::No => "",
            Waited::Unknown => "unknown",
        };
        let failed = if call.error.is_some() { "failed" } else { "" };
        html! {
            g class=(format!("call {waited} {failed}").trim_end()) data-call=(shown.call) {
                title { (sentence(recording, shown.call)) }
                rect x=(x - HALF) y=(y - HALF) width=(2 * HALF) height=(height) rx="2" {}
                text x=(x + HALF + 6) y=(y + 4) { (label(call)) }
            }
        }
    }

    /// From each call that sent to each that received, and from each connect to its accept.
    fn arrows(&self, recording: &Recording) -> Vec<Arrow> {
        let place = |call: usize| self.calls.iter().find(|it| it.call == call);
        let arrow = |from: usize, to: usize| {
            let (from, to) = (place(from)?, place(to)?);
            let end = to.end.unwrap_or(to.begin);
            Some(Arrow { from: (from.lane, from.begin), to: (to.lane, end.max(from.begin)) })
        };
        let pairs = recording.pairs.iter().filter_map(|pair| arrow(pair.sent, pair.received));
        let accepted = recording.accepted.iter().filter_map(|it| arrow(it.connect, it.accept));
        pairs.chain(accepted).collect()
    }

    fn x(&self, lane: usize) -> usize {
        LEFT + lane * LANE + HALF
    }

    fn y(&self, row: usize) -> usize {
        TOP + row * ROW
    }
}

/// A lane and a row, and another lane and row.
struct Arrow {
    from: (usize, usize),
    to: (usize, usize),
}

impl Arrow {
    fn draw(&self, layout: &Layout, id: &str) -> Markup {
        let (from, to) = (layout.x(self.from.0), layout.x(self.to.0));
        let (y1, y2) = (layout.y(self.from.1), layout.y(self.to.1));
        // It begins and ends beside the bars; within one lane, it goes around.
        let [x1, x2] = match from.cmp(&to) {
            std::cmp::Ordering::Less => [from + HALF, to - HALF],
            std::cmp::Ordering::Greater => [from - HALF, to + HALF],
            std::cmp::Ordering::Equal => [from - HALF, to - HALF],
        };
        html! {
            line.arrow x1=(x1) y1=(y1) x2=(x2) y2=(y2) marker-end=(format!("url(#{id}-head)")) {}
        }
    }
}

fn seconds(nanoseconds: u64) -> String {
    let milliseconds = nanoseconds / 1_000_000;
    format!("{}.{:03} s", milliseconds / 1000, milliseconds % 1000)
}
