//! One result, one sum: every format tells the same.

use gradebook::formats::file_name;
use serde_json::Value;

use super::html::points_by_student;
use super::{Written, every_class};

#[test]
fn every_format_tells_the_same_sums() {
    for class in every_class() {
        let written = Written::of(&class);
        let csv = csv_sums(&written.read("scores.csv"));
        let html = points_by_student(&written.read("index.html"));
        let mut sorted: Vec<_> = class.iter().collect();
        sorted.sort_by_key(|it| (it.student.to_lowercase(), it.student.clone()));
        for (row, submission) in sorted.into_iter().enumerate() {
            let student = file_name(&submission.student);
            let sum = (u64::from(submission.points()), u64::from(submission.most()));
            assert_eq!(csv[row], sum, "scores.csv: {student}");
            assert_eq!(html[row], sum, "index.html: {student}");
            assert_eq!(junit_sums(&written.read(format!("junit/{student}.xml"))), sum);
            let gradescope = written.json(format!("gradescope/{student}/results.json"));
            assert_eq!(tests(&gradescope, "max_score"), sum);
            assert_eq!(gradescope["score"], sum.0);
            let classroom50 = written.json(format!("classroom50/{student}/result.json"));
            assert_eq!(tests(&classroom50, "max-score"), sum);
            assert_eq!(
                (&classroom50["score"], &classroom50["max-score"]),
                (&sum.0.into(), &sum.1.into())
            );
        }
    }
}

/// The sum of the exercises must be the total, and both are given back.
fn csv_sums(text: &str) -> Vec<(u64, u64)> {
    let number = |cell: &str| if cell.is_empty() { 0 } else { cell.parse().expect("a number") };
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let row: Vec<_> = row.expect("a row").iter().map(String::from).collect();
        let [_, exercises @ .., total, most, _] = &row[..] else { panic!("too short: {row:?}") };
        let sum: u64 = exercises.iter().map(|cell| number(cell)).sum();
        assert_eq!(sum, number(total), "{row:?}");
        (sum, number(most))
    });
    rows.collect()
}

fn junit_sums(text: &str) -> (u64, u64) {
    let read = junit_parser::from_reader(text.as_bytes()).expect("it is JUnit");
    let sum = |name: &str| {
        let cases = read.suites.iter().flat_map(|suite| &suite.cases);
        let properties = cases.flat_map(|case| &case.properties.vec);
        let values = properties.filter(|(property, _)| property == name).map(|(_, value)| value);
        values.map(|value| value.parse::<u64>().expect("a number")).sum()
    };
    (sum("points"), sum("most"))
}

fn tests(result: &Value, most: &str) -> (u64, u64) {
    let tests = result["tests"].as_array().expect("an array");
    let sum = |field| tests.iter().map(|test| test[field].as_u64().expect("a number")).sum();
    (sum("score"), sum(most))
}
