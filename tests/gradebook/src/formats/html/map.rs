//! The heat map: a row for each student, a column for each check.
//!
//! A cell that is no pass leads to what its student reads. So does a student's name; a column's
//! number leads to the check.

use maud::{Markup, html};

use super::super::class::find;
use super::super::report::shown_in_line;
use super::super::{Class, Column};
use super::verdict::Sign;
use crate::result::Submission;

/// The table, in a box that scrolls by itself: it is wider than any screen.
pub fn table(class: &Class) -> Markup {
    html! {
        p { a href="#checks" { "Skip the table" } }
        div.scroll role="region" aria-label="Heat map" tabindex="0" {
            table.map {
                caption { "Verdicts by student and check. A sign that is no pass leads to the reasons." }
                (columns(class))
                thead { (exercises(class)) (checks(class)) }
                tbody {
                    @for (row, submission) in class.submissions.iter().enumerate() {
                        (student(class, row, submission))
                    }
                }
                tfoot { (passes(class)) }
            }
        }
    }
}

/// One group of columns for each exercise, with a line between them.
fn columns(class: &Class) -> Markup {
    html! {
        colgroup { col; }
        colgroup { col; }
        @for column in &class.exercises {
            @if !column.checks.is_empty() { colgroup span=(column.checks.len()) {} }
        }
    }
}

fn exercises(class: &Class) -> Markup {
    html! {
        tr {
            th.student scope="col" rowspan="2" { "Student" }
            th scope="col" rowspan="2" { "Points" }
            @for (e, column) in class.exercises.iter().enumerate() {
                @if !column.checks.is_empty() {
                    th.first scope="colgroup" colspan=(column.checks.len()) {
                        a href={ "#c" (e) } { (shown_in_line(column.exercise)) }
                    }
                }
            }
        }
    }
}

fn checks(class: &Class) -> Markup {
    html! {
        tr {
            @for (e, Column { checks, .. }) in class.exercises.iter().enumerate() {
                @for (c, check) in checks.iter().enumerate() {
                    th.first[c == 0] scope="col" {
                        a href={ "#c" (e) "-" (c) } {
                            (c + 1) span.unseen { ": " (shown_in_line(check)) }
                        }
                    }
                }
            }
        }
    }
}

fn student(class: &Class, row: usize, submission: &Submission) -> Markup {
    html! {
        tr {
            th.student scope="row" {
                a href={ "#s" (row) } { bdi { (shown_in_line(&submission.student)) } }
            }
            td.points { (submission.points()) span.of { " of " (submission.most()) } }
            @for (e, column) in class.exercises.iter().enumerate() {
                @for (c, check) in column.checks.iter().enumerate() {
                    @let sign = Sign::of(find(submission, column.exercise, check));
                    @let reasons = match sign {
                        Sign::Untouched | Sign::BuildError => format!("#s{row}-{e}"), // once for all checks
                        _ => format!("#s{row}-{e}-{c}"),
                    };
                    td.(sign.class()).first[c == 0] { (cell(sign, &reasons)) }
                }
            }
        }
    }
}

fn cell(sign: Sign, reasons: &str) -> Markup {
    let said = html! {
        span aria-hidden="true" { (sign.glyph()) } span.unseen { (sign.words()) }
    };
    match sign {
        Sign::Pass | Sign::Ungraded => said,
        _ => html! { a href=(reasons) { (said) } },
    }
}

fn passes(class: &Class) -> Markup {
    html! {
        tr {
            th.student scope="row" { "Passed" }
            td.points { "of " (class.submissions.len()) }
            @for Column { exercise, checks } in &class.exercises {
                @for (c, check) in checks.iter().enumerate() {
                    td.first[c == 0] { (class.count(exercise, check).passed) }
                }
            }
        }
    }
}
