//! From what strace has printed to a recording.

use crate::asleep::Asleep;
use crate::known::{Known, known};
use crate::pairs::{of_connections, of_datagrams, of_streams};
use crate::recording::{Accepted, Call, Pair, Recording, Source, Span, Stop, VERSION, Waited};
use crate::strace::{self, Frame, Line, Trace, What, calls};
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
    let mut threads = named(runs, &traces);
    let mut asleep = Asleep::default();
    runs.iter().for_each(|run| asleep.extend(&run.asleep));
    let mut all: Vec<_> = traces.iter().flat_map(|trace| trace.calls.clone()).collect();
    all.sort_by_key(|call| call.start);
    let events = traces.iter().flat_map(|trace| &trace.events);
    let events: Vec<&Line> = events.map(|event| &event.line).collect();
    let stops = stops(&all, &events);
    let known = known(all, &mut threads);
    let begin = known.first().map_or(0, |known| known.start());
    let since = |moment: u64| moment.saturating_sub(begin);
    for event in events.iter().filter(|event| matches!(event.what, What::Ended(_))) {
        threads.ends(event.thread, since(event.time));
    }
    let mut pairs = of_streams(&known);
    pairs.extend(of_datagrams(&known));
    let accepted = of_connections(&known);
    let waits = Waits::new(&known, &pairs, &accepted, &asleep);
    let waits: Vec<_> = (0..known.len()).map(|call| waits.of(call)).collect();
    let ends = ends(&known, &pairs, &accepted, &waits);
    let calls = known.iter().zip(waits).zip(ends).map(|((it, (waited, woken_by)), end)| Call {
        thread: it.thread,
        name: it.call.name.clone(),
        arguments: it.call.arguments.clone(),
        start: since(it.start()),
        end: end.map(since),
        result: it.call.outcome.text.clone(),
        error: it.call.outcome.error.clone(),
        socket: it.socket.clone(),
        bytes: moved(&it.call).map(|(data, count)| seen(&data, count)),
        waited,
        woken_by,
        source: source_of(&it.call.stack),
    });
    let stops = stops.into_iter().filter_map(|(thread, from, to)| {
        Some(Stop { thread: threads.place(thread)?, from: since(from), to: to.map(since) })
    });
    let unknown = traces.iter().flat_map(|trace| &trace.unknown);
    Recording {
        version: VERSION,
        title: title.to_owned(),
        shown: shown.map(|(from, to)| Span { from: since(from), to: since(to) }),
        calls: calls.collect(),
        stops: stops.collect(),
        processes: threads.processes,
        threads: threads.threads,
        pairs,
        accepted,
        not_understood: unknown.map(|(_, line)| line.clone()).collect(),
    }
}

/// The threads, before their first calls: what is known of them from elsewhere.
fn named(runs: &[Run], traces: &[Trace]) -> Threads {
    let mut threads = Threads::default();
    for (run, trace) in runs.iter().zip(traces) {
        if let Some(running) = &run.before {
            threads.run_already(running);
        }
        if let (Some(name), Some(first)) = (&run.name, trace.calls.first()) {
            threads.call(first.thread, name);
        }
    }
    threads
}

/// When each call ended. Of one that was told at once, strace's times are a little early: it ended
/// behind what it waited for, or received.
fn ends(
    known: &[Known],
    pairs: &[Pair],
    accepted: &[Accepted],
    waits: &[(Waited, Option<usize>)],
) -> Vec<Option<u64>> {
    let mut ends: Vec<_> = known.iter().map(Known::end).collect();
    let received = pairs.iter().map(|it| (it.sent, it.received));
    let accepted = accepted.iter().map(|it| (it.connect, it.accept));
    let woken = waits.iter().enumerate().filter_map(|(call, (_, cause))| Some(((*cause)?, call)));
    for (cause, call) in received.chain(accepted).chain(woken) {
        let least = known[cause].start() + 1;
        ends[call] = ends[call].map(|end| end.max(least));
    }
    ends
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
