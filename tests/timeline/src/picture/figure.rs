//! The picture with all that belongs to it: a legend, and every step in words.

use maud::{Markup, PreEscaped, html};

use super::Layout;
use super::steps::{Part, Step, lanes, steps, under_way};
use crate::recording::{Recording, Source};
use crate::words::{counted, lane_names, sentence, who};

/// Moves from step to step. Without it, all steps are there to be read.
const SCRIPT: &str = include_str!("step.js");

/// A figure of a page: a picture, its steps, and where its lines of source are.
pub struct Figure<'a> {
    /// What is shown.
    pub recording: &'a Recording,
    /// Begins with a letter, and is no other figure's of the page.
    pub id: &'a str,
    /// Where a line of source can be read; `None` if nowhere.
    pub link: &'a dyn Fn(&Source) -> Option<String>,
}

impl Figure<'_> {
    /// The picture, and behind it an ordered list of its steps, for those who do not see it, and for
    /// the script: one block of HTML, without an empty line.
    pub fn html(&self) -> String {
        let html = self.markup().into_string();
        let lines = html.lines().filter(|line| !line.trim().is_empty());
        lines.collect::<Vec<_>>().join("\n")
    }

    fn markup(&self) -> Markup {
        let layout = Layout::of(self.recording);
        let all = steps(&layout);
        html! {
            figure.timeline-figure id=(self.id) {
                div.timeline-picture tabindex="0" role="group" aria-label=(self.recording.title) { (PreEscaped(layout.svg(self.recording, self.id))) }
                figcaption {
                    (self.recording.title)
                    span.timeline-legend aria-hidden="true" {
                        span.waited {} " waits "
                        span {} " does not wait "
                        span.unknown {} " cannot be told "
                        span.failed {} " fails"
                    }
                    @if layout.left_out > 0 {
                        p { (layout.left_out) " more calls are in the recording, and not in the picture." }
                    }
                }
                div.timeline-buttons hidden {
                    button type="button" data-step="-1" { "Previous" }
                    button type="button" data-step="1" { "Next" }
                    span.timeline-place {}
                }
                div.timeline-step aria-live="polite" hidden {}
                details.timeline-steps {
                    summary { "All " (all.len()) " steps, in words" }
                    ol {
                        @for (number, step) in all.iter().enumerate() {
                            (self.item(&layout, step, number + 1))
                        }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }

    fn item(&self, layout: &Layout, step: &Step, number: usize) -> Markup {
        let recording = self.recording;
        let call = &recording.calls[step.call];
        let arguments = match (step.part, call.arguments.as_slice()) {
            // What it is handed by the kernel is not there yet.
            (Part::Begins, [first, _, ..]) => format!("{first}, …"),
            (_, all) => all.join(", "),
        };
        let as_seen = format!("{}({arguments})", call.name);
        html! {
            li id=(format!("{}-{number}", self.id)) data-call=(step.call) data-y=(layout.y(step.row)) {
                p { (told(recording, step)) }
                p.call-text {
                    code { (as_seen) @if step.part != Part::Begins { " = " (call.result) } }
                }
                p { (self.line(call.source.as_ref())) }
                ul {
                    @for (lane, does) in lanes(recording, layout, step).into_iter().enumerate() {
                        li { (lane_name(recording, layout.lanes[lane])) " " (does) }
                    }
                    @for (from, to, bytes) in under_way(recording, layout, step) {
                        li {
                            (counted(bytes, "byte")) " from " (from) " to " (to)
                            ": sent and not yet received (reckoned from the calls)"
                        }
                    }
                }
            }
        }
    }

    fn line(&self, source: Option<&Source>) -> Markup {
        let Some(source) = source else { return html! { "Which line calls it is unknown." } };
        let place = format!("{}:{}", source.file, source.line);
        html! {
            "Called in "
            @match (self.link)(source) {
                Some(link) => { a href=(link) { (place) } }
                None => { code { (place) } }
            }
        }
    }
}

/// What happens in a step.
pub fn told(recording: &Recording, step: &Step) -> String {
    match step.part {
        Part::Begins => {
            format!("{} calls {}.", who(recording, step.call), recording.calls[step.call].name)
        }
        Part::Ends | Part::Whole => sentence(recording, step.call),
    }
}

/// A lane in one line: its name, and the thread's if the program has several.
fn lane_name(recording: &Recording, thread: usize) -> String {
    let [name, _] = lane_names(recording, thread);
    match recording.threads[thread].name.as_str() {
        "main" => name,
        thread => format!("{name}, thread {thread},"),
    }
}

/// A page of its own.
pub fn page(recording: &Recording) -> String {
    let title = &recording.title;
    let figure = Figure { recording, id: "timeline", link: &|_| None };
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
                    (figure.markup())
                    @if !recording.not_understood.is_empty() {
                        details {
                            summary {
                                (recording.not_understood.len())
                                " lines of strace that were not understood"
                            }
                            pre { @for line in &recording.not_understood { (line) "\n" } }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}
