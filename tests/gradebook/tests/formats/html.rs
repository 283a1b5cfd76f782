//! `index.html`, parsed by html5ever, as a browser would.

use std::collections::HashSet;

use insta::assert_snapshot;

use super::document::{Document, Element};
use super::{Written, classes, every_class};

/// The points of each row of the heat map, as `(earned, most)`.
pub fn points_by_student(html: &str) -> Vec<(u64, u64)> {
    let number = |text: &str| text.trim().parse().expect("a number");
    let page = Document::parse(html);
    let cells = page.all("tbody tr td.points");
    let points = cells.iter().map(|cell| {
        let text = cell.text();
        let (points, most) = text.split_once(" of ").unwrap_or_else(|| panic!("{text:?}"));
        (number(points), number(most))
    });
    points.collect()
}

fn page(class: &[gradebook::result::Submission]) -> Document {
    Document::parse(&Written::of(class).read("index.html"))
}

/// Without the style, and each element on a line of its own.
#[test]
fn the_page_of_a_small_class() {
    let html = Written::of(&classes::small()).read("index.html");
    let (head, rest) = html.split_once("<style>").expect("a style");
    let (_, body) = rest.split_once("</style>").expect("its end");
    assert_snapshot!(format!("{head}{body}").replace("><", ">\n<"));
}

#[test]
fn a_browser_has_nothing_to_mend() {
    for class in every_class() {
        assert_eq!(page(&class).errors, [""; 0]);
    }
}

#[test]
fn nothing_in_it_runs_or_comes_from_elsewhere() {
    for class in every_class() {
        for element in page(&class).all("") {
            let forbidden = ["script", "img", "iframe", "object", "embed", "link", "base", "form"];
            assert!(!forbidden.contains(&element.name()), "{}", element.name());
            for (name, value) in element.attributes() {
                assert!(!name.starts_with("on") && name != "src", "{name}={value}");
                assert!(name != "href" || value.starts_with('#'), "{name}={value}");
            }
        }
    }
}

#[test]
fn every_link_leads_somewhere_and_every_id_is_there_once() {
    for class in every_class() {
        let page = page(&class);
        let mut ids = HashSet::new();
        for id in page.all("").iter().filter_map(|element| element.attribute("id")) {
            assert!(ids.insert(id.clone()), "{id} is there twice");
        }
        let names = ["href", "aria-labelledby"];
        for element in page.all("") {
            for link in names.iter().filter_map(|name| element.attribute(name)) {
                assert!(ids.contains(link.trim_start_matches('#')), "{link} leads nowhere");
            }
        }
    }
}

#[test]
fn what_a_student_wrote_is_text() {
    let written = Written::of(&classes::hostile());
    let html = written.read("index.html");
    let harmful = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!html.contains(harmful));
    let names: Vec<_> =
        Document::parse(&html).all("th.student bdi").iter().map(Element::text).collect();
    for name in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "]]>&amp;<!--"] {
        assert!(names.iter().any(|it| it == name), "{name} is not in {names:?}");
    }
    assert!(names.iter().any(|it| it == "\\u{202e}gnp.\\u{2066}x\\u{200f}\\u{2028}"), "{names:?}");
}

#[test]
fn tables_are_tables() {
    for class in every_class() {
        for table in page(&class).all("table") {
            assert_eq!(table.all("caption").len(), 1);
            for heading in table.all("th") {
                let scope = heading.attribute("scope").unwrap_or_default();
                assert!(["col", "row", "colgroup"].contains(&scope.as_str()), "{scope:?}");
            }
            let cells = |row: &Element| row.all("th").len() + row.all("td").len();
            let widths: HashSet<_> = table.all("tbody tr").iter().map(cells).collect();
            assert!(widths.len() <= 1, "rows of {widths:?} cells");
        }
    }
}

/// From a cell of the heat map to what happened, what was expected, what came, and a hint.
#[test]
fn a_sign_leads_to_the_reasons() {
    let page = page(&classes::small());
    let links = page.all("tbody td.fail a");
    assert_eq!(links.len(), 3);
    for link in links {
        let id = link.attribute("href").expect("a link leads somewhere");
        let reasons = page.all(&id).remove(0).text();
        for part in ["what happened:", "expected: the reply", "came: <nothing>", "hint: What does"]
        {
            assert!(reasons.contains(part), "{part} is not in {reasons}");
        }
    }
}

#[test]
fn a_verdict_is_told_by_more_than_its_colour() {
    let page = page(&classes::small());
    for (class, sign, words) in [
        ("pass", "✓", "pass"),
        ("fail", "✗", "fail"),
        ("timeout", "T", "timeout"),
        ("build-error", "B", "does not compile"),
        ("grader-error", "G", "grader error"),
        ("untouched", "○", "not attempted"),
        ("ungraded", "–", "not graded"),
    ] {
        let cells = page.all(&format!("tbody td.{class}"));
        assert!(!cells.is_empty(), "no cell is {class}");
        for cell in cells {
            assert_eq!(cell.text(), format!("{sign}{words}"));
            assert_eq!(cell.all("span.unseen").remove(0).text(), words);
        }
    }
}

/// Ben's program timed out, Chloé's does not compile. That the grader erred is not Eve's doing.
#[test]
fn where_the_class_is_stuck_is_told_first() {
    let page = page(&classes::small());
    let first = page.all("ol li").remove(0).text();
    let expected = "02-notice-eof: client 2 gets \"its\" reply & leaves: 2 students tried and did not \
                    pass, 2 passed";
    assert_eq!(first, expected);
}
