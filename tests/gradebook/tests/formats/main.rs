//! The score formats: each is read back by a parser that has nothing to do with what wrote it, held
//! against a schema, and compared with the results.

#[path = "../classes.rs"]
mod classes;
mod classroom50;
mod csv;
mod document;
mod gradescope;
mod html;
mod junit;
mod names;
mod result;
mod schema;
mod sums;

use std::fs;
use std::path::Path;

use gradebook::formats::write_all;
use gradebook::result::Submission;
use tempfile::TempDir;

/// A folder in which the scores of a class have been written.
struct Written(TempDir);

impl Written {
    #[track_caller]
    fn of(class: &[Submission]) -> Self {
        let folder = tempfile::tempdir().expect("a folder in /tmp");
        write_all(class, folder.path()).expect("every class can be written");
        Self(folder)
    }

    /// The text of a file.
    #[track_caller]
    fn read(&self, file: impl AsRef<Path>) -> String {
        let file = self.0.path().join(file);
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// A file of JSON.
    #[track_caller]
    fn json(&self, file: impl AsRef<Path>) -> serde_json::Value {
        serde_json::from_str(&self.read(file)).expect("it is JSON")
    }
}

/// Classes of every kind.
fn every_class() -> impl Iterator<Item = Vec<Submission>> {
    [vec![], classes::small(), classes::hostile()].into_iter().chain((0..12).map(classes::random))
}
