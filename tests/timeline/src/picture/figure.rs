//! The picture with all that belongs to it: a legend, and every step in words.

use maud::{Markup, PreEscaped, html};

use super::Layout;
use super::steps::{Part, Step, lanes, steps, under_way};
use crate::recording::Recording;
use crate::words::{lane_names, sentence, who};

/// Moves from step to step. Without it, all steps are there to be read.
const SCRIPT: &str = include_str!("step.js");

/// A figure for a page: the picture, and behind it an ordered list of its steps, for those who do not
/// see it, and for the script. `id` begins with a letter, and is no other figure's of the page.
fn figure(recording: &Recording, id: &str, title: &str) -> Markup {
    let layout = Layout::of(recording);
    let all = steps(&layout);
    html! {
        figure.timeline-figure id=(id) tabindex="0" aria-label=(title) {
            div.timeline-picture { (PreEscaped(layout.svg(recording, id, title))) }
            figcaption {
                (title)
                span.legend {
                    span.bar.waited {} " waited "
                    span.bar {} " did not wait "
                    span.bar.unknown {} " cannot be told "
                    span.bar.failed {} " failed"
                }
            }
            div.timeline-buttons hidden {
                button type="button" data-step="-1" { "Previous" }
                button type="button" data-step="1" { "Next" }
                span.timeline-place {}
            }
            details.timeline-steps {
                summary { "All " (all.len()) " steps, in words" }
                ol {
                    @for step in &all { (item(recording, &layout, step)) }
                }
            }
        }
    }
}

fn item(recording: &Recording, layout: &Layout, step: &Step) -> Markup {
    let call = &recording.calls[step.call];
    let as_seen = format!("{}({})", call.name, call.arguments.join(", "));
    html! {
        li data-call=(step.call) data-row=(step.row) {
            p.what {
                @match step.part {
                    Part::Begins => { (who(recording, step.call)) " calls " (call.name) "." }
                    Part::Ends | Part::Whole => { (sentence(recording, step.call)) }
                }
            }
            p.call {
                code { (as_seen) @if step.part != Part::Begins { " = " (call.result) } }
            }
            p.source {
                @match &call.source {
                    Some(source) => { (source.file) ":" (source.line) }
                    None => { "Which line has made it is unknown." }
                }
            }
            ul.lanes {
                @for (lane, does) in lanes(recording, layout, step).into_iter().enumerate() {
                    li { (lane_names(recording, layout.lanes[lane]).join(" ").trim_end()) " " (does) }
                }
                @for (from, to, bytes) in under_way(recording, layout, step) {
                    li { (bytes) " bytes from " (from) " to " (to) " sent, and not received yet" }
                }
            }
        }
    }
}

/// A page of its own.
pub fn page(recording: &Recording, title: &str) -> String {
    let page = html! {
        (maud::DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body {
                main {
                    h1 { (title) }
                    (figure(recording, "timeline", title))
                    @if !recording.not_understood.is_empty() {
                        details {
                            summary { (recording.not_understood.len()) " lines of strace that were not understood" }
                            pre { @for line in &recording.not_understood { (line) "\n" } }
                        }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}
