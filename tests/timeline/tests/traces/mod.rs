//! The traces in this folder were recorded from running programs, and shortened: what loads
//! libraries and reads files of the system is left out.

use std::fs;
use std::path::Path;

/// A trace, by the name of its file.
pub fn recorded(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces").join(name);
    fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}
