//! What a student reads of a check: the same words in every format.

use crate::result::{Checked, Graded};

/// Why a check was not passed, and what helps; empty after a pass.
pub fn report(graded: &Graded, checked: &Checked) -> String {
    if checked.passed() {
        return String::new();
    }
    let untouched = "not attempted: the files are those of the starter\n";
    let note = if graded.attempted { "" } else { untouched };
    match &graded.build_error {
        Some(error) => format!("{note}it does not compile:\n{}\n", shown(error)),
        None => note.to_owned() + &told(checked),
    }
}

/// What came of the check itself.
pub fn told(checked: &Checked) -> String {
    let mut text = String::new();
    if !checked.told.is_empty() {
        text += &(shown(&checked.told) + "\n");
    }
    if !checked.hint.is_empty() {
        text += &format!("hint: {}\n", shown(&checked.hint));
    }
    text + &format!("read: book/en/{}\n", shown(&checked.page))
}

/// A text of several lines that may be shown: it may hold what a student wrote. Each line goes
/// through [`common::printable`], which escapes control characters and those that turn the
/// direction of writing. Unicode's noncharacters, which XML and HTML forbid, become U+FFFD.
pub fn shown(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(shown_in_line).collect();
    lines.join("\n")
}

/// The same for a text of one line, such as a name: a line feed in it is escaped too.
pub fn shown_in_line(text: &str) -> String {
    common::printable(text.as_bytes()).replace(is_noncharacter, "\u{fffd}")
}

fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    matches!(code, 0xfdd0..=0xfdef) || code & 0xfffe == 0xfffe
}
