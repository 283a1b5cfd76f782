//! The class, check by check: where it is stuck.

use maud::{Markup, html};

use super::super::report::shown_in_line;
use super::super::{Class, Column, Counted};
use super::counted;

/// How many checks are named at the top.
const WORST: usize = 5;

/// The checks at which most students tried and failed.
pub fn stuck(class: &Class) -> Markup {
    let mut worst = Vec::new();
    for (e, Column { exercise, checks }) in class.exercises.iter().enumerate() {
        for (c, check) in checks.iter().enumerate() {
            worst.push((class.count(exercise, check), format!("#c{e}-{c}"), exercise, check));
        }
    }
    worst.retain(|(counted, ..)| counted.stuck > 0);
    worst.sort_by_key(|(counted, ..)| std::cmp::Reverse(counted.stuck)); // else as in the book
    worst.truncate(WORST);
    html! {
        @if worst.is_empty() {
            p { "Nowhere: all that was attempted has passed." }
        } @else {
            ol {
                @for (count, link, exercise, check) in worst {
                    li {
                        a href=(link) { (shown_in_line(exercise)) ": " (shown_in_line(check)) } ": "
                        (counted(count.stuck, "student")) " tried and did not pass, "
                        (count.passed) " passed"
                    }
                }
            }
        }
    }
}

/// A table for each exercise, a row for each check.
pub fn by_exercise(class: &Class) -> Markup {
    html! {
        @for (e, column) in class.exercises.iter().enumerate() {
            div.scroll role="region" aria-labelledby={ "c" (e) } tabindex="0" {
                table.checks {
                    caption id={ "c" (e) } { (shown_in_line(column.exercise)) ": " (points(class, column)) }
                    thead {
                        tr {
                            th scope="col" { "Check" }
                            @for heading in ["Passed", "Tried, not passed", "Not attempted", "Not graded"] {
                                th scope="col" { (heading) }
                            }
                        }
                    }
                    tbody {
                        @for (c, check) in column.checks.iter().enumerate() {
                            (row(&format!("c{e}-{c}"), c, check, class.count(column.exercise, check)))
                        }
                    }
                }
            }
        }
    }
}

fn row(id: &str, index: usize, check: &str, count: Counted) -> Markup {
    let Counted { passed, stuck, untouched, ungraded } = count;
    let all = passed + stuck + untouched + ungraded;
    let percent = passed * 100 / all.max(1);
    html! {
        tr id=(id) {
            th scope="row" { (index + 1) ". " (shown_in_line(check)) }
            td.share style={ "--share: " (percent) "%" } { (passed) " of " (all) }
            @for number in [stuck, untouched, ungraded] { td { (number) } }
        }
    }
}

/// What the class has earned in an exercise.
fn points(class: &Class, column: &Column) -> String {
    let graded = class.submissions.iter().flat_map(|submission| &submission.exercises);
    let graded: Vec<_> = graded.filter(|graded| graded.exercise == column.exercise).collect();
    let points: u64 = graded.iter().map(|graded| u64::from(graded.points())).sum();
    let most: u64 = graded.iter().map(|graded| u64::from(graded.most())).sum();
    let mean = points as f64 / graded.len().max(1) as f64;
    format!("{points} of {most} points, {mean:.1} on average")
}
