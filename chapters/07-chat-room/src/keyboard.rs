//! Where the client's lines come from: a terminal, or a pipe.

use std::borrow::Cow;
use std::env;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Duration;

use common::{Typed, read_typed, say};
use reedline::{ExternalPrinter, Prompt, PromptEditMode, PromptHistorySearch, Reedline, Signal};

use crate::edited_line::EditedLine;
use crate::screen::Screen;

/// The most bytes in a line that is piped in: more than any room takes.
const LIMIT: usize = 1 << 16;

/// How often the editor looks for something to show.
const LOOK: Duration = Duration::from_millis(10);

/// The client's input, for one thread to wait for.
pub enum Keyboard {
    /// A terminal.
    Editor(Editor),
    /// A pipe, a file, or a terminal that cannot move its cursor.
    Plain,
}

/// A line editor, and what of it the screen has to know.
pub struct Editor {
    editor: Box<Reedline>,
    line: Arc<EditedLine>,
}

/// The keyboard and the screen of this program.
///
/// Whoever edits a line and lets others be written meanwhile must know what is where on the screen,
/// and must give the terminal back as it was. The crate reedline does both.
pub fn open() -> (Keyboard, Screen) {
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    // The editor paints to stderr.
    let all = [io::stdin().is_terminal(), io::stdout().is_terminal(), io::stderr().is_terminal()];
    if is_dumb || all.contains(&false) {
        return (Keyboard::Plain, Screen::new(None));
    }
    let line = Arc::new(EditedLine::default());
    let (printer, waiting) = (ExternalPrinter::new(1), Arc::clone(&line));
    let editor = Reedline::create()
        .with_external_printer(printer.clone())
        .with_idle_callback(Box::new(move || {
            // One at a time: of several, it loses count (reedline 0.49).
            if let Some(row) = waiting.next_row() {
                let _ = printer.print(row); // it takes it right after this, unless it is to end
            }
        }))
        .with_poll_interval(LOOK)
        .with_break_signal(line.break_signal())
        .with_ansi_colors(false);
    let screen = Screen::new(Some(Arc::clone(&line)));
    (Keyboard::Editor(Editor { editor: Box::new(editor), line }), screen)
}

impl Keyboard {
    /// Waits for the next line. Fails if the input cannot be read, or the terminal not controlled.
    pub fn next(&mut self) -> io::Result<Typed> {
        let Self::Editor(Editor { editor, line: edited }) = self else {
            return read_typed(&mut io::stdin().lock(), LIMIT);
        };
        Ok(match editor.read_line(&Arrow)? {
            Signal::Success(line) => Typed::Line(line),
            Signal::ExternalBreak(_) => {
                edited.last_is_not_shown();
                say!(""); // leave the line that was being typed
                Typed::End
            }
            _ => Typed::End, // Ctrl-C or Ctrl-D
        })
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.line.has_ended();
    }
}

/// The prompt of the line editor.
struct Arrow;

impl Prompt for Arrow {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        "".into()
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        "".into()
    }

    fn render_prompt_indicator(&self, _: PromptEditMode) -> Cow<'_, str> {
        "> ".into()
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        "  ".into()
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        format!("(searching for {:?}) ", search.term).into()
    }
}
