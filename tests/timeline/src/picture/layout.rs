//! Where everything stands: which calls are shown, in which row each begins and ends.
//!
//! Time runs downwards, and not to scale: whatever happens is a row, so that a microsecond of calls
//! does not vanish beside a second of waiting.

use std::collections::BTreeSet;

use crate::recording::{Call, Recording, Socket};

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
    /// The time of each row, in nanoseconds since the first call.
    pub rows: Vec<u64>,
}

/// A call that is shown.
pub struct Shown {
    /// Its place in the recording.
    pub call: usize,
    /// Its lane.
    pub lane: usize,
    /// The row in which it begins.
    pub begin: usize,
    /// The row in which it ends: the same, if nothing else happens meanwhile; nothing, if it never
    /// does.
    pub end: Option<usize>,
}

impl Layout {
    /// Finds a place for everything.
    pub fn of(recording: &Recording) -> Self {
        let shown = shown(recording);
        let mut lanes: Vec<usize> = shown.iter().map(|it| recording.calls[*it].thread).collect();
        lanes.sort_unstable_by_key(|thread| (recording.threads[*thread].process, *thread));
        lanes.dedup();
        // Each beginning, and each end before which something else has happened.
        let begins = |call: &usize| recording.calls[*call].start;
        let mut moments: Vec<u64> = shown.iter().map(begins).collect();
        for call in &shown {
            let Some(end) = recording.calls[*call].end else { continue };
            let start = begins(call);
            let meanwhile = |other: &usize| {
                let other = &recording.calls[*other];
                let within = |moment: u64| moment > start && moment < end;
                within(other.start)
                    || other.end.is_some_and(|end| within(end) && other.start < start)
            };
            if shown.iter().any(|other| other != call && meanwhile(other)) {
                moments.push(end);
            }
        }
        moments.sort_unstable();
        moments.dedup();
        let row = |moment: u64| moments.partition_point(|it| *it <= moment).saturating_sub(1);
        let calls = shown.iter().map(|call| {
            let Call { thread, start, end, .. } = recording.calls[*call];
            let lane = lanes.iter().position(|it| *it == thread).expect("each has a lane");
            Shown { call: *call, lane, begin: row(start), end: end.map(row) }
        });
        Self { calls: calls.collect(), rows: moments, lanes }
    }
}

/// The calls that are shown: those of programs that have to do with sockets, but for the quiet ones.
fn shown(recording: &Recording) -> Vec<usize> {
    let process = |call: &Call| recording.threads[call.thread].process;
    let with_socket =
        recording.calls.iter().filter(|call| call.socket.is_some() && is_of_interest(call));
    let processes: BTreeSet<usize> = with_socket.map(process).collect();
    let is_shown = |it: &usize| {
        let call = &recording.calls[*it];
        let is_quiet = QUIET.contains(&call.name.as_str()) || is_of_runtime(call);
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
        let recording = recording(&[TRACE], |_| None);
        let layout = Layout::of(&recording);
        let rows: Vec<_> =
            layout.calls.iter().map(|it| (it.call, it.lane, it.begin, it.end)).collect();
        // One that only asks is not shown, nor is a program without a socket.
        assert_eq!(rows, [(0, 0, 0, Some(0)), (1, 0, 1, Some(3)), (2, 1, 2, Some(2))]);
    }
}
