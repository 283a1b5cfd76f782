//! From what strace has printed to a recording.

use std::collections::HashMap;

use crate::asleep::Asleep;
use crate::known::known;
use crate::pairs::{of_connections, of_datagrams, of_streams};
use crate::recording::{Call, Recording, Source, Span, Stop, VERSION};
use crate::strace::{self, Frame, Line, What, calls};
use crate::threads::Threads;
use crate::transfer::{moved, seen};
use crate::waits::Waits;

/// A program that ran under strace, with all that it started.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// What strace printed.
    pub trace: String,
    /// Who it was, such as `client 2`; without it, the program's own name says so.
    pub name: Option<String>,
    /// When its threads were seen asleep.
    pub asleep: Asleep,
    /// The program, if it ran before strace looked on.
    pub before: Option<Running>,
}

/// A program that ran before strace looked on: its trace does not say who is who.
#[derive(Clone, Debug)]
pub struct Running {
    /// Its process id.
    pub process: u32,
    /// Its name.
    pub program: String,
    /// Its threads: their ids, and their names.
    pub threads: Vec<(u32, String)>,
}

impl From<&str> for Run {
    fn from(trace: &str) -> Self {
        Self { trace: trace.to_owned(), ..Self::default() }
    }
}

/// Makes a recording of programs that ran at the same time, of which a picture shows all, or what was
/// `shown` between two moments, in nanoseconds since 1970. `source_of` says which line of a program a
/// stack leads to.
pub fn recording(
    title: &str,
    runs: &[Run],
    shown: Option<(u64, u64)>,
    mut source_of: impl FnMut(&[Frame]) -> Option<Source>,
) -> Recording {
    let traces: Vec<_> = runs.iter().map(|run| calls(&run.trace)).collect();
    let mut threads = Threads::default();
    let mut asleep = Asleep::default();
    for (run, trace) in runs.iter().zip(&traces) {
        asleep.extend(&run.asleep);
        if let Some(running) = &run.before {
            threads.run_already(running);
        }
        if let (Some(name), Some(first)) = (&run.name, trace.calls.first()) {
            threads.call(first.thread, name);
        }
    }
    let mut all: Vec<_> = traces.iter().flat_map(|trace| trace.calls.clone()).collect();
    all.sort_by_key(|call| call.start);
    let events = traces.iter().flat_map(|trace| &trace.events);
    let events: Vec<&Line> = events.map(|event| &event.line).collect();
    let stops = stops(&all, &events);
    let known = known(all, &mut threads);
    let begin = known.first().map_or(0, |known| known.start());
    let mut pairs = of_streams(&known);
    pairs.extend(of_datagrams(&known));
    let accepted = of_connections(&known);
    let waits = Waits::new(&known, &pairs, &accepted, &asleep);
    // Of a call that was told at once, strace's times are a little early. It ended behind what it
    // waited for, or received.
    let mut after: HashMap<usize, u64> = HashMap::new();
    let caused = pairs.iter().map(|it| (it.sent, it.received));
    let caused = caused.chain(accepted.iter().map(|it| (it.connect, it.accept)));
    let waited: Vec<_> = (0..known.len()).map(|call| waits.of(call)).collect();
    let woken = waited.iter().enumerate().filter_map(|(call, (_, cause))| Some(((*cause)?, call)));
    for (cause, call) in caused.chain(woken) {
        let least = after.entry(call).or_default();
        *least = (*least).max(known[cause].start() + 1);
    }
    let earliest_end = |call: usize| after.get(&call).copied().unwrap_or_default();
    let calls = known.iter().enumerate().map(|(number, it)| {
        let (waited, woken_by) = waited[number];
        let bytes = moved(&it.call).map(|(data, count)| seen(&data, count));
        Call {
            thread: it.thread,
            name: it.call.name.clone(),
            arguments: it.call.arguments.clone(),
            start: it.start() - begin,
            end: it.end().map(|end| end.max(earliest_end(number)).saturating_sub(begin)),
            result: it.call.outcome.text.clone(),
            error: it.call.outcome.error.clone(),
            socket: it.socket.clone(),
            bytes,
            waited,
            woken_by,
            source: source_of(&it.call.stack),
        }
    });
    let calls = calls.collect();
    for event in events.iter().filter(|event| matches!(event.what, What::Ended(_))) {
        let ended = threads.threads.iter_mut().filter(|thread| thread.id == event.thread);
        ended.for_each(|thread| thread.ended = Some(event.time.saturating_sub(begin)));
    }
    Recording {
        version: VERSION,
        title: title.to_owned(),
        shown: shown.map(|(from, to)| Span {
            from: from.saturating_sub(begin),
            to: to.saturating_sub(begin),
        }),
        calls,
        processes: threads.processes,
        stops: stops
            .into_iter()
            .filter_map(|(thread, from, to)| {
                let thread = threads.threads.iter().position(|known| known.id == thread)?;
                let since = |moment: u64| moment.saturating_sub(begin);
                Some(Stop { thread, from: since(from), to: to.map(since) })
            })
            .collect(),
        threads: threads.threads,
        pairs,
        accepted,
        not_understood: traces
            .into_iter()
            .flat_map(|it| it.unknown)
            .map(|(_, line)| line)
            .collect(),
    }
}

/// When threads were stopped, and when something was heard of them again.
fn stops(calls: &[strace::Call], events: &[&Line]) -> Vec<(u32, u64, Option<u64>)> {
    let is_stop =
        |line: &&&Line| matches!(&line.what, What::Signal(it) if it.starts_with("stopped by "));
    let stop = |line: &&Line| {
        let later = |thread: u32, time: u64| thread == line.thread && time > line.time;
        let next_call = calls.iter().find(|call| later(call.thread, call.start));
        let next_event = events.iter().find(|event| later(event.thread, event.time));
        let next = [next_call.map(|call| call.start), next_event.map(|event| event.time)];
        (line.thread, line.time, next.into_iter().flatten().min())
    };
    events.iter().filter(is_stop).map(stop).collect()
}
