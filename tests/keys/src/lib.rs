//! The solution of each exercise, and programs that are wrong in one way each.
//!
//! `tests/keys/NN-name/solution.rs` is a program that passes all checks. `wrong.toml` beside it
//! changes it in one place at a time, each time by a misconception that people really have, and
//! says which checks must then fail, and why. It is written before the checks first play it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use checks::Exercise;
use serde::Deserialize;

/// A wrong program, as `wrong.toml` describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// What its author believes.
    pub misconception: String,
    /// What is changed in the solution; each stands there once.
    pub change: Vec<Change>,
    /// The checks that it fails, and why it fails them.
    pub fails: BTreeMap<String, String>,
}

/// A piece of the solution, and what stands in its place in a wrong program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The piece, exactly as it stands in the solution.
    pub from: String,
    /// What takes its place.
    pub to: String,
}

/// The key of one exercise.
#[derive(Debug)]
pub struct Key {
    /// What a student starts from.
    pub starter: String,
    /// A program that passes all checks.
    pub solution: String,
    /// The wrong programs, by name.
    pub wrong: BTreeMap<String, Wrong>,
}

/// The top of the workspace.
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("this package lies two folders deep").to_owned()
}

impl Key {
    /// Reads the key of an exercise.
    pub fn read(exercise: &Exercise) -> Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(exercise.name);
        let read = |file: PathBuf| {
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
        };
        let wrong = read(folder.join("wrong.toml"))?;
        let wrong = toml::from_str(&wrong);
        Ok(Self {
            starter: read(root().join(exercise.folder()).join("src/main.rs"))?,
            solution: read(folder.join("solution.rs"))?,
            wrong: wrong.with_context(|| format!("{}/wrong.toml", exercise.name))?,
        })
    }
}

impl Wrong {
    /// The wrong program: the solution with its changes.
    pub fn apply(&self, solution: &str) -> Result<String> {
        let mut program = solution.to_owned();
        for change in &self.change {
            let found = program.matches(&change.from).count();
            ensure!(found == 1, "found {found} times, not once, in the solution:\n{}", change.from);
            program = program.replace(&change.from, &change.to);
        }
        Ok(program)
    }
}
