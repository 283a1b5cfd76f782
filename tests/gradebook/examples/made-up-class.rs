//! Writes the scores of a class that there never was: 30 students, 12 exercises. For a look at the
//! formats, and for the browser's tests.
//!
//! `cargo run -p gradebook --example made-up-class -- FOLDER`

use std::path::Path;
use std::process::ExitCode;

use gradebook::formats::write_all;

#[path = "../tests/classes.rs"]
mod classes;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("error: name a folder to write to");
        return ExitCode::from(2);
    };
    match write_all(&classes::sized(30, 12, 1), Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
