//! Where things stand in the project: pages, sources, snapshots.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::page::Page;

/// The folders with outputs that a test has compared with those of the running program.
const SNAPSHOTS: &[&str] = &[
    "tests/chapters/snapshots",
    "tests/checks/tests/snapshots",
    "tests/gradebook/tests/snapshots", // not in a class copy
    "tests/recordings/tests/snapshots",
    "tests/relay/tests/snapshots",
    "tests/timeline/tests/snapshots",
    "book/tests/snapshots",
];

/// The root folder of the project, the one with `Makefile`, `chapters/` and `book/`.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The project whose root folder this is.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder of the book's sources.
    pub fn book(&self) -> PathBuf {
        self.root.join("book")
    }

    /// The folder into which the pages of a language are built.
    pub fn output(&self, language: &str) -> PathBuf {
        self.book().join("out").join(language)
    }

    /// Every page of a language, SUMMARY.md included.
    pub fn pages(&self, language: &str) -> Result<Vec<Page>> {
        let files = self.files(&Path::new("book").join(language), "md")?;
        files.into_iter().map(|file| Ok(Page::new(file.clone(), self.read(&file)?))).collect()
    }

    /// Where a file of the project is on this machine.
    pub fn path(&self, file: &Path) -> PathBuf {
        self.root.join(file)
    }

    /// A file's text.
    pub fn read(&self, file: &Path) -> Result<String> {
        fs::read_to_string(self.root.join(file))
            .with_context(|| format!("cannot read {}", file.display()))
    }

    /// Every file under `folder` whose name ends in `.extension`, from the project's root, in
    /// order; none if there is no such folder.
    pub fn files(&self, folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let here = self.root.join(&folder);
            if !here.is_dir() {
                continue;
            }
            let entries = fs::read_dir(&here);
            for entry in entries.with_context(|| format!("cannot read {}", here.display()))? {
                let entry = entry?;
                let file = folder.join(entry.file_name());
                if entry.file_type()?.is_dir() {
                    folders.push(file);
                } else if file.extension().is_some_and(|found| found == extension) {
                    found.push(file);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Every snapshot: its name, without the folder and `.snap`, and what the test compared.
    pub fn snapshots(&self) -> Result<Vec<(String, String)>> {
        let mut all: Vec<(String, String)> = Vec::new();
        for folder in SNAPSHOTS {
            for file in self.files(Path::new(folder), "snap")? {
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let text = self.read(&file)?;
                // insta's header stands between two lines of three dashes.
                let body = text.splitn(3, "---\n").nth(2).unwrap_or_default();
                let known = all.iter().any(|(known, _)| *known == name);
                ensure!(!known, "{}: another snapshot has this name, too", file.display());
                all.push((name, body.trim_end().to_owned()));
            }
        }
        Ok(all)
    }
}
