//! Each student: what came of every exercise, and why.

use maud::{Markup, html};

use super::super::report::{shown, shown_in_line, told};
use super::super::{Class, Column};
use super::verdict::Sign;
use crate::result::{Checked, Graded, Submission};

/// A section for each student. A link from the heat map leads to what is not folded away, as not every
/// browser unfolds it: of what was not attempted, to the exercise.
pub fn all(class: &Class) -> Markup {
    html! {
        @for (row, submission) in class.submissions.iter().enumerate() {
            section.person id={ "s" (row) } aria-labelledby={ "n" (row) } {
                h3 id={ "n" (row) } { bdi { (shown_in_line(&submission.student)) } }
                p { (submission.points()) " of " (submission.most()) " points" }
                @if let Some(problem) = &submission.problem {
                    p { strong { "Nothing could be graded." } }
                    pre { (shown(problem)) }
                }
                (exercises(class, row, submission))
                p { a href="#map" { "Back to the table" } }
            }
        }
    }
}

fn exercises(class: &Class, row: usize, submission: &Submission) -> Markup {
    html! {
        @for (e, column) in class.exercises.iter().enumerate() {
            @if let Some(graded) = submission.exercises.iter().find(|it| it.exercise == column.exercise) {
                div.exercise id={ "s" (row) "-" (e) } {
                    h4 {
                        (shown_in_line(&graded.exercise)) ": "
                        (graded.points()) " of " (graded.most())
                    }
                    @let reasons = reasons(&format!("s{row}-{e}"), column, graded);
                    @match (graded.attempted, &graded.build_error) {
                        (false, _) => {
                            details { summary { "Not attempted: the starter as it was" } (reasons) }
                        }
                        (true, Some(error)) => { p { "It does not compile:" } pre { (shown(error)) } }
                        (true, None) => (reasons),
                    }
                }
            }
        }
    }
}

/// What there is to read of each check that was not passed.
fn reasons(id: &str, column: &Column, graded: &Graded) -> Markup {
    html! {
        @for (c, check) in column.checks.iter().enumerate() {
            @let checked = graded.checks.iter().find(|checked| checked.name == *check);
            @if let Some(checked) = checked.filter(|checked| !checked.passed()) {
                (reason(&format!("{id}-{c}"), graded, checked))
            }
        }
    }
}

fn reason(id: &str, graded: &Graded, checked: &Checked) -> Markup {
    let sign = Sign::of(Some((graded, checked)));
    html! {
        div.reason id=(id) {
            h5 {
                span.sign.(sign.class()) aria-hidden="true" { (sign.glyph()) } " "
                (shown_in_line(&checked.name)) ": " (sign.words())
            }
            pre { (told(checked)) }
        }
    }
}
