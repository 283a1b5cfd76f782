//! `scores.csv`, read back by the csv crate.

use insta::assert_snapshot;

use super::{Written, classes};

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader
        .records()
        .map(|row| row.expect("every row has as many cells").iter().map(String::from).collect())
        .collect()
}

#[test]
fn a_row_for_each_student() {
    assert_snapshot!(Written::of(&classes::small()).read("scores.csv"));
}

#[test]
fn a_class_of_none_has_a_header() {
    let rows = rows(&Written::of(&[]).read("scores.csv"));
    assert_eq!(rows, [["student", "total", "most", "problem"]]);
}

#[test]
fn every_name_reads_back() {
    let class = classes::hostile();
    let rows = rows(&Written::of(&class).read("scores.csv"));
    let mut read: Vec<_> = rows[1..].iter().map(|row| as_it_was(&row[0]).to_owned()).collect();
    let mut students: Vec<_> = class.iter().map(|it| it.student.clone()).collect();
    read.sort();
    students.sort();
    assert_eq!(read, students);
}

/// Without the apostrophe that stands in front of a formula.
fn as_it_was(cell: &str) -> &str {
    let formula =
        |it: &str| it.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\0']);
    match cell.strip_prefix('\'') {
        Some(rest) if formula(rest) || rest.starts_with(char::is_whitespace) => rest,
        _ => cell,
    }
}

#[test]
fn no_cell_is_a_formula() {
    let names = ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "\u{a0}=1", "＝1", "''=1"];
    let class: Vec<_> = names.iter().map(|name| classes::submission(name, vec![])).collect();
    for row in rows(&Written::of(&class).read("scores.csv")).split_off(1) {
        let name = row[0].strip_prefix('\'').expect("an apostrophe stands in front");
        assert!(names.contains(&name), "{name:?}");
    }
    let mut harmless = classes::submission("'t Hooft", vec![]);
    harmless.problem = Some("=HYPERLINK(\"http://x\")".into());
    let rows = rows(&Written::of(&[harmless]).read("scores.csv"));
    assert_eq!(rows[1], ["'t Hooft", "0", "0", "'=HYPERLINK(\"http://x\")"]);
}

/// Where the comma is the decimal sign, spreadsheets take the semicolon for the separator.
#[test]
fn no_cell_is_a_formula_with_another_separator() {
    let text = Written::of(&classes::hostile()).read("scores.csv");
    for separator in [b';', b'\t'] {
        let mut reader = ::csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).delimiter(separator);
        for row in reader.from_reader(text.as_bytes()).records() {
            for cell in row.expect("a row").iter() {
                assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell:?}");
            }
        }
    }
}
