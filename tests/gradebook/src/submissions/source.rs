//! What the three forms of a submission have in common: folders can be listed, files be read.

use std::collections::BTreeMap;

use anyhow::Result;

/// How many parts a path may have. Nobody's exercise lies deeper, and an archive of paths with
/// thousands of parts each would fill the memory.
const DEEPEST: usize = 20;

/// What stands behind a name in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A link, a device, a pipe: it may lead out of the submission, and is never opened.
    Other,
}

/// A submission, while it is read. Paths are relative to its top, with `/` between their parts.
pub trait Source {
    /// What lies in a folder, by name; `""` is the top.
    fn list(&mut self, folder: &str) -> Result<BTreeMap<String, Kind>>;

    /// The first `most` bytes of a file.
    fn read(&mut self, file: &str, most: u64) -> Result<Vec<u8>>;
}

/// The folders of an archive, which knows its files by their whole paths only. `At` is where the
/// archive keeps a file.
pub struct Tree<At> {
    folders: BTreeMap<String, BTreeMap<String, Kind>>,
    places: BTreeMap<String, At>,
}

impl<At> Tree<At> {
    /// An archive without files.
    pub fn new() -> Self {
        Self { folders: BTreeMap::new(), places: BTreeMap::new() }
    }

    /// Adds a file and the folders on its path. A path that is absolute or climbs with `..` names
    /// nothing in a submission, and is left out.
    pub fn add(&mut self, path: &str, kind: Kind, at: At) {
        let parts: Vec<&str> = path.split('/').collect();
        if parts.iter().any(|part| matches!(*part, "" | "." | "..") || part.contains('\0')) {
            return;
        }
        if parts.len() > DEEPEST {
            return;
        }
        let Some((name, parents)) = parts.split_last() else { return };
        let mut folder = String::new();
        for parent in parents {
            let entries = self.folders.entry(folder.clone()).or_default();
            entries.entry((*parent).to_owned()).or_insert(Kind::Folder);
            folder = join(&folder, parent);
        }
        self.folders.entry(folder).or_default().insert((*name).to_owned(), kind);
        self.places.insert(path.to_owned(), at);
    }

    /// What lies in a folder.
    pub fn list(&self, folder: &str) -> BTreeMap<String, Kind> {
        self.folders.get(folder).cloned().unwrap_or_default()
    }

    /// Where the archive keeps a file.
    pub fn place(&self, file: &str) -> Option<&At> {
        self.places.get(file)
    }
}

/// The path of what is called `name` in a folder.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
