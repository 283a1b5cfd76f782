//! `index.html`: the whole class on one page, for a teacher in a browser.
//!
//! No script, nothing from the network, and the browser is told so: whatever a student's name or
//! output holds, it is text. maud escapes all that is put into the page; what may hold control
//! characters or those that turn the direction of writing goes through `shown`
//! before.

mod checks;
mod map;
mod students;
mod verdict;

use chrono::DateTime;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Class;
use verdict::Sign;

/// For the browser, in case the page should hold what it must not: only the style in the page counts.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'";

/// The page.
pub fn page(class: &Class) -> String {
    let parts = [
        ("stuck", "Where the class is stuck", checks::stuck(class)),
        ("map", "Who passed what", html! { (legend()) (map::table(class)) }),
        ("checks", "Check by check", checks::by_exercise(class)),
        ("students", "Student by student", students::all(class)),
    ];
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { "Gradebook" }
                style { (PreEscaped(include_str!("html/page.css"))) }
            }
            body {
                header {
                    h1 { "Gradebook" }
                    p { (summary(class)) }
                    nav aria-label="Parts of this page" {
                        ul { @for (id, title, _) in &parts { li { a href={ "#" (id) } { (title) } } } }
                    }
                }
                main {
                    @for (id, title, part) in &parts {
                        section aria-labelledby=(id) { h2 id=(id) { (title) } (part) }
                    }
                }
            }
        }
    };
    page.into_string()
}

/// How many of what, and when they were graded.
fn summary(class: &Class) -> String {
    let students = class.submissions.len();
    let checks = class.exercises.iter().map(|column| column.checks.len()).sum();
    let points: u64 = class.submissions.iter().map(|it| u64::from(it.points())).sum();
    let (students, exercises, checks) = (
        counted(students, "student"),
        counted(class.exercises.len(), "exercise"),
        counted(checks, "check"),
    );
    let times = class.submissions.iter();
    let times = times.filter_map(|it| DateTime::parse_from_rfc3339(&it.graded).ok());
    let last =
        times.max().map(|it| it.to_utc().format(" Graded on %Y-%m-%d, %H:%M UTC.").to_string());
    let last = last.unwrap_or_default();
    let mean = points as f64 / class.submissions.len().max(1) as f64;
    format!("{students}, {exercises}, {checks}. {mean:.1} points on average.{last}")
}

/// `1 check`, `2 checks`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What the signs mean.
fn legend() -> Markup {
    html! {
        ul.legend {
            @for sign in Sign::ALL {
                li { span.sign.(sign.class()) aria-hidden="true" { (sign.glyph()) } " " (sign.words()) }
            }
        }
    }
}
