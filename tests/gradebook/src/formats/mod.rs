//! Every score format, made of the same results. A format is a file here: it turns a [`Class`], or
//! one of its submissions, into the text that another program reads.

mod class;
pub mod classroom50;
pub mod csv;
mod file_name;
pub mod gradescope;
pub mod html;
pub mod junit;
mod report;

use std::path::Path;

use anyhow::Result;

pub use class::{Class, Column, Counted};
pub use file_name::file_name;

use crate::result::Submission;
use crate::write;
use classroom50::Origin;

/// Writes the scores of a class into the folder `out`, in every format:
///
/// | file                                | read by                                  |
/// |-------------------------------------|------------------------------------------|
/// | `scores.csv`                        | spreadsheets, learning platforms         |
/// | `index.html`                        | a teacher, in a browser                  |
/// | `junit/STUDENT.xml`                 | whatever shows the tests of a build      |
/// | `gradescope/STUDENT/results.json`   | Gradescope                               |
/// | `classroom50/STUDENT/result.json`   | Classroom 50                             |
///
/// STUDENT is what [`file_name()`] makes of the student's name. What Classroom 50 wants to know beyond
/// the scores is taken from the environment, if it is there: see [`Origin`].
///
/// # Errors
///
/// If two submissions are the same student's, if one was graded at a time that is none, or if a file
/// cannot be written.
pub fn write_all(submissions: &[Submission], out: &Path) -> Result<()> {
    let class = Class::of(submissions)?;
    let origin = Origin::of_class(&class, |variable| std::env::var(variable).ok());
    write::whole(&out.join("scores.csv"), csv::scores(&class)?.as_bytes())?;
    write::whole(&out.join("index.html"), html::page(&class).as_bytes())?;
    for submission in &class.submissions {
        let student = file_name(&submission.student);
        let junit = out.join("junit").join(format!("{student}.xml"));
        write::whole(&junit, junit::report(submission)?.as_bytes())?;
        let gradescope = out.join("gradescope").join(&student).join("results.json");
        write::json(&gradescope, &gradescope::results(submission))?;
        let classroom50 = out.join("classroom50").join(&student).join("result.json");
        write::json(&classroom50, &classroom50::result(submission, &origin)?)?;
    }
    Ok(())
}
