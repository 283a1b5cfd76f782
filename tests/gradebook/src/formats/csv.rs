//! `scores.csv`: a row for each student, a column for each exercise.

use anyhow::Result;

use super::Class;
use super::report::shown_in_line;
use crate::result::{Graded, Submission};

/// The columns are `student`, the points of each exercise, `total`, `most` (what all exercises are
/// worth) and `problem`. The cell of an exercise that was not graded is empty.
///
/// # Errors
///
/// None that can happen: it is written to memory.
pub fn scores(class: &Class) -> Result<String> {
    // A student's name may hold the separator of the spreadsheet's language, which need not be the
    // comma. Inside quotation marks it stays part of the name.
    let quoted = ::csv::QuoteStyle::NonNumeric;
    let mut writer = ::csv::WriterBuilder::new().quote_style(quoted).from_writer(Vec::new());
    writer.write_record(header(class))?;
    for submission in &class.submissions {
        writer.write_record(row(class, submission))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn header(class: &Class) -> Vec<String> {
    let exercises = class.exercises.iter().map(|column| cell(column.exercise));
    let mut header = vec!["student".to_owned()];
    header.extend(exercises);
    header.extend(["total", "most", "problem"].map(String::from));
    header
}

fn row(class: &Class, submission: &Submission) -> Vec<String> {
    let mut row = vec![cell(&submission.student)];
    for column in &class.exercises {
        let graded = submission.exercises.iter().find(|it| it.exercise == column.exercise);
        row.push(graded.map(Graded::points).map(|points| points.to_string()).unwrap_or_default());
    }
    row.extend([submission.points().to_string(), submission.most().to_string()]);
    // Quotation marks help only where a line begins; a later cell must hold no separator at all.
    let problem = submission.problem.as_deref().unwrap_or_default();
    row.push(cell(&shown_in_line(problem).replace(';', ",")));
    row
}

/// A text that no spreadsheet takes for a formula.
///
/// A cell that begins with `=`, `+`, `-` or `@` is computed when the file is opened, and a formula can
/// send the sheet away or start a program. A student chooses the name, so a student would choose the
/// formula. OWASP's advice (CSV Injection) is an apostrophe in front, and quotation marks around it:
/// then the spreadsheet shows a text. OWASP names tab, carriage return and line feed too; some
/// spreadsheets drop any white space in front, and some read full-width signs as the plain ones.
fn cell(text: &str) -> String {
    // Also behind apostrophes: so what was put in front can be taken off again.
    let start = text.trim_start_matches('\'');
    let dangerous = start.starts_with(|c: char| c.is_whitespace() || c.is_control())
        || start.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if dangerous { format!("'{text}") } else { text.to_owned() }
}
