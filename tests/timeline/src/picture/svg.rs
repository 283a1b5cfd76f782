//! The picture as SVG. It needs no script, and takes its colours from the page around it, or, alone,
//! from what the reader prefers.

use maud::{Markup, PreEscaped, html};

use super::Layout;
use super::arrows::arrows;
use super::layout::{Shown, Stopped};
use super::measure::{BESIDE, HALF, LEFT, LONG, TOP};
use super::steps::is_end;
use crate::label::Label;
use crate::recording::{Recording, Waited};
use crate::words::{lane_names, sentence};

/// How everything looks, also what stands around a picture on its page.
const STYLE: &str = include_str!("timeline.css");

impl Layout {
    /// The picture of a recording. `id` begins with a letter, and is no other picture's of the page.
    pub fn svg(&self, recording: &Recording, id: &str) -> String {
        let (width, height) = (self.x(self.lanes.len()), self.y(self.rows.len()));
        let drawing = html! {
            svg.timeline xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {width} {height}"))
                width=(width) height=(height) role="img" aria-labelledby=(format!("{id}-title {id}-text")) {
                title id=(format!("{id}-title")) { (recording.title) }
                desc id=(format!("{id}-text")) { (self.description(recording)) }
                style { (PreEscaped(STYLE)) }
                defs {
                    marker id=(format!("{id}-head")) viewBox="0 0 10 10" refX="9" refY="5"
                        markerWidth="7" markerHeight="7" orient="auto" {
                        path.head d="M0 0L10 5L0 10z" {}
                    }
                }
                @for lane in 0..self.lanes.len() { (self.lane(recording, lane)) }
                (self.folds(width))
                @for arrow in arrows(self, recording) { (arrow.draw(self, id)) }
                @for stop in &self.stops { (self.stop(stop)) }
                @for shown in &self.calls { (self.call(recording, shown)) }
                (self.names(recording, width))
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

    fn lane(&self, recording: &Recording, lane: usize) -> Markup {
        let (x, end) = (self.x(lane), self.y(self.end_of(recording, lane)));
        let top = TOP - 14;
        let first = self.calls.iter().find(|shown| shown.lane == lane);
        let begin = first.filter(|it| !it.is_earlier).map_or(top, |it| self.y(it.begin));
        html! {
            line.before x1=(x) y1=(top) x2=(x) y2=(begin) {}
            line.lane x1=(x) y1=(begin) x2=(x) y2=(end) {}
        }
    }

    /// Who has which lane. The script keeps it in sight.
    fn names(&self, recording: &Recording, width: usize) -> Markup {
        html! {
            g.names {
                rect width=(width) height=(TOP - 16) {}
                @for (lane, thread) in self.lanes.iter().enumerate() {
                    @let (x, [name, below]) = (self.x(lane) - HALF, lane_names(recording, *thread));
                    text.name x=(x) y="16" { (name) }
                    text.thread x=(x) y="32" { (below) }
                }
            }
        }
    }

    /// The row in which a lane ends: where its thread does, or below the last one.
    fn end_of(&self, recording: &Recording, lane: usize) -> usize {
        let mut calls = self.calls.iter().filter(|shown| shown.lane == lane);
        let last = calls.next_back().filter(|shown| is_end(&recording.calls[shown.call]));
        last.map_or(self.rows.len(), |shown| shown.begin)
    }

    /// Where time is folded, because nothing happens for long: for how long.
    fn folds(&self, width: usize) -> Markup {
        html! {
            @for (row, times) in self.rows.windows(2).enumerate() {
                @let length = times[1] - times[0];
                @if length >= LONG {
                    @let y = self.y(row + 1) - 22;
                    line.fold x1=(LEFT) y1=(y) x2=(width) y2=(y) {}
                    text.time x=(LEFT - 6) y=(y + 4) { (lasting(length)) }
                }
            }
        }
    }

    fn call(&self, recording: &Recording, shown: &Shown) -> Markup {
        let call = &recording.calls[shown.call];
        let (x, y) = (self.x(shown.lane), self.y(shown.begin));
        // A thread never returns from the call in which it ends.
        let never = if is_end(call) { shown.begin } else { self.rows.len() - 1 };
        let height = self.y(shown.end.unwrap_or(never)) - y + 2 * HALF;
        let waited = match call.waited {
            Waited::Yes => "waited",
            Waited::No => "",
            Waited::Unknown => "unknown",
        };
        let failed = if call.error.is_some() { "failed" } else { "" };
        let Label { name, detail } = Label::of(call, shown.end.is_some());
        html! {
            g class=(format!("call {waited} {failed}").trim_end()) data-call=(shown.call) {
                title { (sentence(recording, shown.call)) }
                rect x=(x - HALF) y=(y - HALF) width=(2 * HALF) height=(height) rx="2" {}
                text x=(x + BESIDE) y=(y + 4) { (name) }
                @if let Some(detail) = detail {
                    text.detail x=(x + BESIDE) y=(y + 16) { (detail) }
                }
            }
        }
    }

    fn stop(&self, stop: &Stopped) -> Markup {
        let (x, y) = (self.x(stop.lane), self.y(stop.begin));
        let height = self.y(stop.end.unwrap_or(self.rows.len() - 1)) - y;
        html! {
            g.stopped {
                rect x=(x - HALF) y=(y) width=(2 * HALF) height=(height) {}
                text.thread x=(x + BESIDE) y=(y + 16) { "stopped" }
            }
        }
    }
}

fn lasting(nanoseconds: u64) -> String {
    let milliseconds = nanoseconds / 1_000_000;
    match milliseconds {
        ..1000 => format!("{milliseconds} ms"),
        _ => format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100),
    }
}
