//! Where the client shows what it hears.

use std::collections::VecDeque;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::{env, iter};

use anstyle::Style;
use common::say;
use unicode_width::UnicodeWidthChar;

const NAME: Style = Style::new().bold();
const NOTICE: Style = Style::new().dimmed();

/// How many rows may wait until the editor comes to show them.
const MOST_ROWS: usize = 1000;

/// stdout, in the last line of which somebody may be typing.
pub struct Screen {
    line: Option<Arc<EditedLine>>,
    colours: bool,
}

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

impl Screen {
    /// A screen with a line that is edited, or without one.
    pub fn new(line: Option<Arc<EditedLine>>) -> Self {
        // NO_COLOR, with any value but the empty one, asks for no colours (no-color.org).
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { line, colours: io::stdout().is_terminal() && !unwanted && !dumb }
    }

    /// Shows a line from the room.
    pub fn show(&self, line: &str) {
        let Some(edited) = &self.line else { return say!("{}", self.coloured(line)) };
        // The editor counts rows, and takes each line for one.
        let columns = crossterm::terminal::size().map_or(80, |(columns, _)| columns.max(2));
        let is_notice = line.starts_with("* ");
        for (index, row) in rows(line, columns.into()).enumerate() {
            let is_plain = index > 0 && !is_notice;
            edited.show(if is_plain { row.to_owned() } else { self.coloured(row) });
        }
    }

    /// `[NAME] text` with the name set off, and `* notices` less bright than what people say.
    fn coloured(&self, line: &str) -> String {
        match line.split_once("] ") {
            _ if !self.colours => line.to_owned(),
            Some((name, text)) if name.starts_with('[') => format!("{NAME}{name}]{NAME:#} {text}"),
            _ => format!("{NOTICE}{line}{NOTICE:#}"),
        }
    }

    /// Ends the editor, if there is one, which then gives the terminal back as it was. Returns
    /// whether there is one.
    pub fn end_editing(&self) -> bool {
        let Some(line) = &self.line else { return false };
        line.break_signal.store(true, Ordering::Release);
        true
    }

    /// Shows what the editor did not come to show. To be called when it has ended.
    pub fn finish(&self) {
        if let Some(line) = &self.line {
            line.show_the_rest();
        }
    }
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

    /// Has the editor show a row; if too many wait, waits too. So a server that says more than we
    /// can show is held up by its own connection.
    fn show(&self, row: String) {
        let is_full = |rows: &mut Rows| {
            rows.waiting.len() >= MOST_ROWS && !self.ended.load(Ordering::Acquire)
        };
        let rows = self.shown.wait_while(self.rows(), is_full);
        rows.unwrap_or_else(PoisonError::into_inner).waiting.push_back(row);
        if self.ended.load(Ordering::Acquire) {
            self.show_the_rest();
        }
    }

    fn show_the_rest(&self) {
        for row in self.rows().waiting.drain(..) {
            say!("{row}");
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line cut into rows of so many columns; some characters take two, and some none.
fn rows(line: &str, columns: usize) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    iter::from_fn(move || {
        let line = rest?;
        let mut width = 0;
        let end = line.char_indices().find_map(|(at, character)| {
            width += character.width().unwrap_or(0);
            (width > columns).then_some(at)
        });
        let (row, more) = line.split_at(end.unwrap_or(line.len()));
        rest = end.map(|_| more);
        Some(row)
    })
}
