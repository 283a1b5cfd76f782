//! A line that is being typed, and what is shown above it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use common::say;

/// How many rows may wait until the editor comes to show them.
const MOST_ROWS: usize = 1000;

/// What the screen and a line editor share. While a line is edited, the editor alone writes to the
/// terminal: it alone knows where the cursor is.
#[derive(Default)]
pub struct EditedLine {
    /// What it is to show above the line.
    rows: Mutex<Rows>,
    /// Some of them have been shown, or the editor has ended.
    shown: Condvar,
    break_signal: Arc<AtomicBool>,
    ended: AtomicBool,
}

#[derive(Default)]
struct Rows {
    waiting: VecDeque<String>,
    /// The last one that the editor has got. When it ends, it may not have shown it.
    last: Option<String>,
}

impl EditedLine {
    /// For the editor: the next row that it is to show, if one waits.
    pub fn next_row(&self) -> Option<String> {
        self.shown.notify_all();
        let mut rows = self.rows();
        rows.last = rows.waiting.pop_front();
        rows.last.clone()
    }

    /// For the editor: it was told to end, and has not shown the last row that it got.
    pub fn last_is_not_shown(&self) {
        let mut rows = self.rows();
        if let Some(last) = rows.last.take() {
            rows.waiting.push_front(last);
        }
    }

    /// For the editor: when this becomes true, it is to end.
    pub fn break_signal(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.break_signal)
    }

    /// The editor has ended.
    pub fn has_ended(&self) {
        self.ended.store(true, Ordering::Release);
        self.shown.notify_all();
    }

    /// Has the editor end.
    pub fn end(&self) {
        self.break_signal.store(true, Ordering::Release);
    }

    /// Has the editor show a row; if too many wait, waits too. So a server that says more than we
    /// can show is held up by its own connection.
    pub fn show(&self, row: String) {
        let is_full = |rows: &mut Rows| {
            rows.waiting.len() >= MOST_ROWS && !self.ended.load(Ordering::Acquire)
        };
        let rows = self.shown.wait_while(self.rows(), is_full);
        rows.unwrap_or_else(PoisonError::into_inner).waiting.push_back(row);
        if self.ended.load(Ordering::Acquire) {
            self.show_the_rest();
        }
    }

    /// Shows what the editor, which has ended, did not come to show.
    pub fn show_the_rest(&self) {
        for row in self.rows().waiting.drain(..) {
            say!("{row}");
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
