//! A submission that is a folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::source::{Kind, Source};

/// More than this many names in one folder are nobody's exercise.
const MOST_NAMES: usize = 10_000;

/// A submission that is a folder.
pub struct Folder(PathBuf);

impl Folder {
    /// The submission that lies there.
    pub fn new(top: &Path) -> Self {
        Self(top.to_owned())
    }
}

impl Source for Folder {
    fn list(&mut self, folder: &str) -> Result<BTreeMap<String, Kind>> {
        let cannot_read = || format!("cannot read the folder {folder:?}");
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(self.0.join(folder)).with_context(cannot_read)? {
            let entry = entry.with_context(cannot_read)?;
            ensure!(names.len() < MOST_NAMES, "the folder {folder:?} has too many files");
            // This is the kind of the entry itself, not of what a link leads to.
            let kind = match entry.file_type().with_context(cannot_read)? {
                kind if kind.is_dir() => Kind::Folder,
                kind if kind.is_file() => Kind::File,
                _ => Kind::Other,
            };
            names.extend(entry.file_name().into_string().ok().map(|name| (name, kind)));
        }
        Ok(names)
    }

    fn read(&mut self, file: &str, most: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let opened = File::open(self.0.join(file));
        opened.and_then(|it| it.take(most).read_to_end(&mut bytes)).context("cannot read it")?;
        Ok(bytes)
    }
}
