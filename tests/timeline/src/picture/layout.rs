//! Where everything stands: in which row each call begins and ends.
//!
//! Time runs downwards, and not to scale: whatever happens is a row, so that a microsecond of calls
//! does not vanish beside a second of waiting.

use super::measure::Measures;
use super::window::Window;
use crate::recording::Recording;

/// How many calls a picture shows at the most: the first ones. More can be drawn, and not be read.
const MOST: usize = 400;

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
        let window = Window::of(recording);
        let mut shown = window.calls();
        let left_out = shown.len().saturating_sub(MOST);
        shown.truncate(MOST);
        let thread = |call: usize| recording.calls[call].thread;
        let mut lanes: Vec<usize> = shown.iter().map(|call| thread(*call)).collect();
        lanes.sort_unstable_by_key(|thread| (recording.threads[*thread].process, *thread));
        lanes.dedup();
        let rows = window.moments(&shown, &lanes);
        let row = |moment: u64| rows.partition_point(|it| *it <= moment).saturating_sub(1);
        let lane = |thread: usize| lanes.iter().position(|it| *it == thread);
        let place = |call: usize| Shown {
            call,
            lane: lane(thread(call)).expect("each has a lane"),
            is_earlier: window.is_earlier(call),
            begin: row(window.begin(call)),
            end: window.end(call).map(row),
        };
        let calls: Vec<Shown> = shown.into_iter().map(place).collect();
        let stops = window.stops().filter_map(|(thread, from, to)| {
            Some(Stopped { lane: lane(thread)?, begin: row(from), end: to.map(row) })
        });
        let stops = stops.collect();
        let measures = Measures::of(recording, &lanes, &calls, &rows);
        Self { lanes, calls, stops, rows, left_out, measures }
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
