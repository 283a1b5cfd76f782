//! How far a run is, on stderr: on a terminal a line that is rewritten, elsewhere a line now and
//! then.

use std::io::{IsTerminal, Write, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time between two lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// How far a run is.
pub struct Progress {
    all: usize,
    start: Instant,
    state: Mutex<State>,
}

struct State {
    done: usize,
    last_line: Instant,
}

impl Progress {
    /// So many programs are to be graded.
    pub fn begin(all: usize) -> Self {
        let now = Instant::now();
        Self { all, start: now, state: Mutex::new(State { done: 0, last_line: now }) }
    }

    /// One more is done; so many students are.
    pub fn one_more(&self, students: usize, all_students: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        let left = left(self.start.elapsed(), state.done, self.all);
        let text = format!(
            "{} of {} programs graded, {students} of {all_students} students complete{left}",
            state.done, self.all
        );
        if stderr().is_terminal() {
            eprint!("\r\x1b[K{text}");
            let _ = stderr().flush();
        } else if state.last_line.elapsed() >= BETWEEN_LINES {
            state.last_line = Instant::now();
            eprintln!("{text}");
        }
    }

    /// Leaves the terminal as it was.
    pub fn end(self) {
        if stderr().is_terminal() {
            eprint!("\r\x1b[K");
        }
    }
}

/// `, about 40 s left`: as if the rest took as long as what is done.
fn left(elapsed: Duration, done: usize, all: usize) -> String {
    let left = elapsed.as_secs_f64() * (all - done) as f64 / done as f64;
    match left.ceil() as u64 {
        0 => String::new(),
        left @ ..100 => format!(", about {left} s left"),
        left => format!(", about {} min left", left.div_ceil(60)),
    }
}
