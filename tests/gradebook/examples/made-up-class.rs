//! Writes the scores of a class that there never was. For a look at the formats, and for the tests in
//! a browser.
//!
//! `cargo run -p gradebook --example made-up-class -- FOLDER STUDENTS EXERCISES`

use std::path::Path;
use std::process::ExitCode;

use gradebook::formats::write_all;

#[path = "../tests/classes.rs"]
mod classes;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [folder, students, exercises] = &arguments[..] else {
        eprintln!("error: name a folder to write to, how many students, and how many exercises");
        return ExitCode::from(2);
    };
    let (Ok(students), Ok(exercises)) = (students.parse(), exercises.parse()) else {
        eprintln!("error: {students:?} and {exercises:?} should be numbers");
        return ExitCode::from(2);
    };
    match write_all(&classes::sized(students, exercises, 1), Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
