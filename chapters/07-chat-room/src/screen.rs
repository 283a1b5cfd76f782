//! Where the client shows what it hears.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anstyle::Style;
use common::say;
use reedline::ExternalPrinter;

const NAME: Style = Style::new().bold();
const NOTICE: Style = Style::new().dimmed();

/// How many lines may wait until the editor comes to show them.
const MOST_LINES: usize = 1000;

/// stdout, in the last line of which somebody may be typing.
pub struct Screen {
    line: Option<Arc<EditedLine>>,
    colours: bool,
}

/// What the screen and a line editor share. While a line is edited, the editor alone writes to the
/// terminal: it alone knows where the cursor is.
pub struct EditedLine {
    printer: ExternalPrinter<String>,
    break_signal: Arc<AtomicBool>,
    ended: AtomicBool,
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
        let line = if self.colours { coloured(line) } else { line.to_owned() };
        match &self.line {
            Some(editor) => editor.show(line),
            None => say!("{line}"),
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
    /// For the editor: where it finds lines that are to be shown above its own.
    pub fn printer(&self) -> ExternalPrinter<String> {
        self.printer.clone()
    }

    /// For the editor: when this becomes true, it is to end.
    pub fn break_signal(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.break_signal)
    }

    /// The editor has ended.
    pub fn has_ended(&self) {
        self.ended.store(true, Ordering::Release);
    }

    /// Has the editor show a line; if too many wait, waits too. So a server that says more than we
    /// can show is held up by its own connection.
    fn show(&self, mut line: String) {
        while !self.ended.load(Ordering::Acquire) {
            match self.printer.sender().send_timeout(line, Duration::from_millis(100)) {
                Ok(()) => return,
                Err(full) => line = full.into_inner(),
            }
        }
        self.show_the_rest();
        say!("{line}");
    }

    fn show_the_rest(&self) {
        while let Some(line) = self.printer.get_line() {
            say!("{line}");
        }
    }
}

impl Default for EditedLine {
    fn default() -> Self {
        let printer = ExternalPrinter::new(MOST_LINES);
        Self { printer, break_signal: Arc::default(), ended: AtomicBool::new(false) }
    }
}

/// `[NAME] text` with the name set off, and `* notices` less bright than what people say.
fn coloured(line: &str) -> String {
    match line.split_once("] ") {
        Some((name, text)) if name.starts_with('[') => format!("{NAME}{name}]{NAME:#} {text}"),
        _ if line.starts_with("* ") => format!("{NOTICE}{line}{NOTICE:#}"),
        _ => line.to_owned(),
    }
}
