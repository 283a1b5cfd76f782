//! System calls, put together from the lines that tell of them.

use std::collections::HashMap;

use super::{Call, Frame, Line, What};

/// What strace has printed, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The calls, in the order in which they begin.
    pub calls: Vec<Call>,
    /// Signals and ends of threads, in the order in which they come.
    pub events: Vec<Event>,
    /// What was not understood: the number of each line, counted from 1, and the line.
    pub unknown: Vec<(usize, String)>,
}

/// A signal, or the end of a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub line: Line,
    /// The stack of the thread at that moment, from the inside out.
    pub stack: Vec<Frame>,
}

/// A call that has begun: where it stands in the list, and what was said of it.
struct Begun {
    index: usize,
    text: String,
}

/// Puts together the calls of a trace. Any text will do: what is not understood is in `unknown`.
pub fn calls(trace: &str) -> Trace {
    let mut all = Trace::default();
    let mut begun: HashMap<u32, Begun> = HashMap::new();
    // To what the frames that follow belong.
    let mut below = Below::Nothing;
    // The call that the line before has told from its beginning to its end.
    let mut told_at_once = None;
    for (number, text) in trace.lines().enumerate() {
        if let Some(frame) = Frame::parse(text)
            && let Some(stack) = below.stack(&mut all)
        {
            stack.push(frame);
            continue;
        }
        below = Below::Nothing;
        let Some(line) = Line::parse(text) else {
            if !text.trim().is_empty() {
                all.unknown.push((number + 1, text.to_owned()));
            }
            continue;
        };
        if let Some(call) = told_at_once.take().and_then(|index: usize| all.calls.get_mut(index)) {
            call.told = Some(line.time);
        }
        match &line.what {
            What::Call(text) => {
                let mut call = Call::begin(&line, text);
                call.finish(text, None);
                below = Below::Call(all.calls.len());
                told_at_once = Some(all.calls.len());
                all.calls.push(call);
            }
            What::Begun(text) => {
                all.calls.push(Call::begin(&line, text));
                let index = all.calls.len() - 1;
                begun.insert(line.thread, Begun { index, text: text.clone() });
            }
            What::Resumed { name, rest } => match begun.remove(&line.thread) {
                Some(Begun { index, text }) if all.calls[index].name == *name => {
                    all.calls[index].finish(&format!("{text}{rest}"), Some(line.time));
                    below = Below::Call(index);
                }
                // It has begun before strace was there.
                _ => all.unknown.push((number + 1, text.to_owned())),
            },
            What::Signal(_) | What::Ended(_) => {
                below = Below::Event;
                all.events.push(Event { line, stack: Vec::new() });
            }
        }
    }
    all
}

/// What stands above a stack.
enum Below {
    Nothing,
    /// The call with this index.
    Call(usize),
    /// The latest event.
    Event,
}

impl Below {
    fn stack<'a>(&self, all: &'a mut Trace) -> Option<&'a mut Vec<Frame>> {
        match *self {
            Self::Nothing => None,
            Self::Call(index) => all.calls.get_mut(index).map(|call| &mut call.stack),
            Self::Event => all.events.last_mut().map(|event| &mut event.stack),
        }
    }
}
