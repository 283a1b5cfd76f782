//! From what strace has printed to a recording.

use crate::known::known;
use crate::pairs::{of_connections, of_datagrams, of_streams};
use crate::recording::{Call, Recording, Source, VERSION};
use crate::strace::{Frame, calls};
use crate::threads::Threads;
use crate::transfer::{moved, shown};
use crate::waits::wait;

/// Makes a recording of traces: one, or several of programs that ran at the same time. `source_of`
/// says which line of a program a stack leads to.
pub fn recording(
    traces: &[&str],
    mut source_of: impl FnMut(&[Frame]) -> Option<Source>,
) -> Recording {
    let traces: Vec<_> = traces.iter().map(|trace| calls(trace)).collect();
    let mut all: Vec<_> = traces.iter().flat_map(|trace| trace.calls.clone()).collect();
    all.sort_by_key(|call| call.start);
    let mut threads = Threads::default();
    let known = known(all, &mut threads);
    let begin = known.first().map_or(0, |known| known.start());
    let mut pairs = of_streams(&known);
    pairs.extend(of_datagrams(&known));
    let accepted = of_connections(&known);
    let calls = known.iter().enumerate().map(|(number, it)| {
        let (waited, woken_by) = wait(number, &known, &pairs, &accepted);
        let bytes = moved(&it.call).map(|(data, count)| shown(&data, count));
        Call {
            thread: it.thread,
            name: it.call.name.clone(),
            arguments: it.call.arguments.clone(),
            start: it.start() - begin,
            end: it.end().map(|end| end.saturating_sub(begin)),
            result: it.call.outcome.text.clone(),
            error: it.call.outcome.error.clone(),
            socket: it.socket.clone(),
            bytes,
            waited,
            woken_by,
            source: source_of(&it.call.stack),
        }
    });
    Recording {
        version: VERSION,
        calls: calls.collect(),
        processes: threads.processes,
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
