//! Where everything stands: which calls are shown, in which row each begins and ends.
//!
//! Time runs downwards, and not to scale: whatever happens is a row, so that a microsecond of calls
//! does not vanish beside a second of waiting.

use std::collections::BTreeSet;

use super::measure::{LONG, Measures};
use crate::label::{is_blocking, timeout};
use crate::recording::{Call, Recording, Socket, Span, Waited};

/// How many calls a picture shows at the most: the first ones. More can be drawn, and not be read.
const MOST: usize = 400;

/// Calls that ask or set something, and say nothing to anybody.
const QUIET: &[&str] = &[
    "fcntl",
    "getpeername",
    "getsockname",
    "getsockopt",
    "ioctl",
    "prctl",
    "setsockopt",
    "socketpair",
];

/// Where the calls of a recording stand in its picture.
pub struct Layout {
    /// The threads that have a lane, from left to right, by their places in the recording.
    pub lanes: Vec<usize>,
    /// The calls that are shown, in the order in which they begin.
    pub calls: Vec<Shown>,
    /// When lanes are stopped.
    pub stops: Vec<Stopped>,
    /// The time of each row, in nanoseconds since the first call.
    pub rows: Vec<u64>,
    /// How many calls would be shown, if they were not too many.
    pub left_out: usize,
    measures: Measures,
}

/// A call that is shown.
pub struct Shown {
    /// Its place in the recording.
    pub call: usize,
    /// Its lane.
    pub lane: usize,
    /// Whether it has begun before what is shown.
    pub is_earlier: bool,
    /// The row in which it begins.
    pub begin: usize,
    /// The row in which it ends: the same, if nothing else happens meanwhile; nothing, if it never
    /// does.
    pub end: Option<usize>,
}

/// A time for which a lane is stopped.
pub struct Stopped {
    /// The lane.
    pub lane: usize,
    /// The row in which it is stopped.
    pub begin: usize,
    /// The row in which it goes on; nothing, if it does not.
    pub end: Option<usize>,
}

impl Layout {
    /// Finds a place for everything.
    pub fn of(recording: &Recording) -> Self {
        let Span { from, to } = recording.shown.unwrap_or(Span { from: 0, to: u64::MAX });
        // When a call begins and ends, as far as it is shown.
        let begin = |call: &usize| recording.calls[*call].start.max(from);
        let end = |call: &usize| recording.calls[*call].end.filter(|end| *end <= to);
        let mut shown: Vec<usize> = shown(recording)
            .into_iter()
            .filter(|call| recording.calls[*call].start < to)
            .filter(|call| recording.calls[*call].end.is_none_or(|end| end > from))
            .collect();
        let left_out = shown.len().saturating_sub(MOST);
        shown.truncate(MOST);
        if recording.shown.is_some() {
            // A thread that is in one call all the time has no part in it.
            let takes_part =
                |call: &usize| end(call).is_some() || recording.calls[*call].start >= from;
            let part: BTreeSet<usize> = shown
                .iter()
                .filter(|it| takes_part(it))
                .map(|it| recording.calls[*it].thread)
                .collect();
            shown.retain(|call| part.contains(&recording.calls[*call].thread));
        }
        let mut lanes: Vec<usize> = shown.iter().map(|it| recording.calls[*it].thread).collect();
        lanes.sort_unstable_by_key(|thread| (recording.threads[*thread].process, *thread));
        lanes.dedup();
        // Each beginning, and each end before which something else has happened, or long after.
        let mut moments: Vec<u64> = shown.iter().map(begin).collect();
        for call in &shown {
            let (Some(end), start) = (end(call), begin(call)) else { continue };
            let meanwhile = |other: &usize| {
                let other = &recording.calls[*other];
                let within = |moment: u64| moment > start && moment < end;
                within(other.start)
                    || other.end.is_some_and(|end| within(end) && other.start < start)
            };
            if end - start >= LONG || shown.iter().any(|other| other != call && meanwhile(other)) {
                moments.push(end);
            }
        }
        let window = |moment: &u64| *moment >= from && *moment <= to;
        for stop in recording.stops.iter().filter(|stop| lanes.contains(&stop.thread)) {
            moments.extend([Some(stop.from), stop.to].into_iter().flatten().filter(window));
        }
        moments.sort_unstable();
        moments.dedup();
        let row = |moment: u64| moments.partition_point(|it| *it <= moment).saturating_sub(1);
        let calls = shown.iter().map(|call| {
            let thread = recording.calls[*call].thread;
            let lane = lanes.iter().position(|it| *it == thread).expect("each has a lane");
            let is_earlier = recording.calls[*call].start < from;
            Shown {
                call: *call,
                lane,
                is_earlier,
                begin: row(begin(call)),
                end: end(call).map(row),
            }
        });
        let calls: Vec<Shown> = calls.collect();
        let stops =
            recording.stops.iter().filter(|it| it.to.is_none_or(|to| to > from) && it.from < to);
        let stops = stops.filter_map(|stop| {
            let lane = lanes.iter().position(|it| *it == stop.thread)?;
            let end = stop.to.filter(|end| *end <= to);
            Some(Stopped { lane, begin: row(stop.from.max(from)), end: end.map(row) })
        });
        let stops: Vec<Stopped> = stops.collect();
        let measures = Measures::of(recording, &lanes, &calls, &moments);
        Self { lanes, calls, stops, rows: moments, left_out, measures }
    }

    /// Where the middle of a lane is, in the units of the picture; behind the last lane, the right
    /// edge.
    pub(super) fn x(&self, lane: usize) -> usize {
        self.measures.lanes[lane]
    }

    /// Where the middle of a row is, in the units of the picture; behind the last row, the lower edge.
    pub(super) fn y(&self, row: usize) -> usize {
        self.measures.rows[row]
    }
}

/// The calls that are shown: those of programs that have to do with sockets, but for the quiet ones, and
/// for what is printed.
fn shown(recording: &Recording) -> Vec<usize> {
    let process = |call: &Call| recording.threads[call.thread].process;
    let with_socket =
        recording.calls.iter().filter(|call| call.socket.is_some() && is_of_interest(call));
    let processes: BTreeSet<usize> = with_socket.map(process).collect();
    let wakers: BTreeSet<usize> = recording
        .calls
        .iter()
        .filter(|call| call.name == "futex" && call.waited == Waited::Yes)
        .filter_map(|call| call.woken_by)
        .collect();
    let about_waiting = about_waiting(recording);
    let is_shown = |it: &usize| {
        let call = &recording.calls[*it];
        let is_quiet = match call.name.as_str() {
            "futex" => call.waited != Waited::Yes && !wakers.contains(it),
            "write" | "writev" if call.socket.is_none() => call.waited != Waited::Yes,
            name => (QUIET.contains(&name) && !about_waiting.contains(it)) || is_of_runtime(call),
        };
        !is_quiet && is_of_interest(call) && processes.contains(&process(call))
    };
    (0..recording.calls.len()).filter(is_shown).collect()
}

/// Whether a call has to do with what the program is about. The C library looks for a daemon that
/// caches names (nscd(8)), and mostly finds none.
fn is_of_interest(call: &Call) -> bool {
    let in_vain = |socket: &Socket| socket.protocol.starts_with("UNIX") && socket.there.is_none();
    let may_be = matches!(call.name.as_str(), "socket" | "connect" | "close");
    !(may_be && call.socket.as_ref().is_some_and(in_vain))
}

/// The calls that change for how long their sockets may wait. What every socket is at first, blocking
/// and without a timeout, need not be said of one that was never anything else.
fn about_waiting(recording: &Recording) -> BTreeSet<usize> {
    let mut changed: BTreeSet<(usize, i32, String)> = BTreeSet::new();
    let mut all = BTreeSet::new();
    for (number, call) in recording.calls.iter().enumerate() {
        let Some(socket) = &call.socket else { continue };
        let argument = |at: usize| call.arguments.get(at).map_or("", String::as_str);
        let (what, is_usual) = match call.name.as_str() {
            "setsockopt" if argument(2).contains("TIMEO") => {
                (argument(2), timeout(call).as_deref() == Some("0 s"))
            }
            "fcntl" if argument(1) == "F_SETFL" => ("blocking", is_blocking(call)),
            "ioctl" if argument(1) == "FIONBIO" => ("blocking", is_blocking(call)),
            "close" => {
                let process = recording.threads[call.thread].process;
                changed.retain(|it| (it.0, it.1) != (process, socket.descriptor));
                continue;
            }
            _ => continue,
        };
        let process = recording.threads[call.thread].process;
        let key = (process, socket.descriptor, what.to_owned());
        let was_changed = if is_usual { changed.remove(&key) } else { !changed.insert(key) };
        if !is_usual || was_changed {
            all.insert(number);
        }
    }
    all
}

/// Before `main`, Rust's library looks whether the three standard descriptors are open.
fn is_of_runtime(call: &Call) -> bool {
    let is_about_a_socket =
        ["TCP", "UDP", "UNIX"].iter().any(|it| call.arguments.concat().contains(it));
    call.name == "poll" && !is_about_a_socket && call.arguments.last().is_some_and(|it| it == "0")
}

#[cfg(test)]
mod tests {
    use super::Layout;
    use crate::record::recording;

    const TRACE: &str = "\
1 1.000000000 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[5]> <0.000000100>
1 1.000001000 accept4(3<TCP:[127.0.0.1:1]>,  <unfinished ...>
2 1.000002000 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[6]> <0.000000100>
2 1.000003000 getsockname(3<TCP:[6]>, NULL, NULL) = 0 <0.000000100>
1 1.000004000 <... accept4 resumed>NULL, NULL, 0) = 4<TCP:[127.0.0.1:1->127.0.0.1:2]> <0.000003000>
3 1.000005000 write(1</dev/null>, \"x\", 1) = 1 <0.000000100>
";

    #[test]
    fn a_call_is_as_long_as_what_happens_meanwhile() {
        let recording = recording("", &[TRACE.into()], None, |_| None);
        let layout = Layout::of(&recording);
        let rows: Vec<_> =
            layout.calls.iter().map(|it| (it.call, it.lane, it.begin, it.end)).collect();
        // One that only asks is not shown, nor is a program without a socket.
        assert_eq!(rows, [(0, 0, 0, Some(0)), (1, 0, 1, Some(3)), (2, 1, 2, Some(2))]);
    }
}
