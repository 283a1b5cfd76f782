//! Where the client shows what it hears.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::{env, iter};

use anstyle::Style;
use common::say;
use unicode_width::UnicodeWidthChar;

use crate::edited_line::EditedLine;

const NAME: Style = Style::new().bold();
const NOTICE: Style = Style::new().dimmed();

/// stdout, in the last line of which somebody may be typing.
pub struct Screen {
    line: Option<Arc<EditedLine>>,
    colours: bool,
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
        line.end();
        true
    }

    /// Shows what the editor did not come to show. To be called when it has ended.
    pub fn finish(&self) {
        if let Some(line) = &self.line {
            line.show_the_rest();
        }
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
