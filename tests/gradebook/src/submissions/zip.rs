//! A submission that is a zip.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result};
use zip::ZipArchive;

use super::source::{Kind, Source, Tree};

/// How much of a zip is read to find out what is in it, in bytes: enough for 100,000 files.
const MOST_LISTED: u64 = 16 << 20;

/// How much of it is read for the files of the exercises, in bytes.
const MOST_READ: u64 = 64 << 20;

/// A submission that is a zip.
pub struct Zip {
    archive: ZipArchive<BufReader<Bounded>>,
    tree: Tree<usize>,
}

impl Zip {
    /// Reads the list of its files.
    pub fn open(file: &Path) -> Result<Self> {
        let left = Rc::new(Cell::new(MOST_LISTED));
        let file = Bounded { file: File::open(file).context("cannot open it")?, left };
        let left = Rc::clone(&file.left);
        let archive = ZipArchive::new(BufReader::new(file)).context("cannot read the zip")?;
        let mut tree = Tree::new();
        left.set(MOST_READ);
        for index in 0..archive.len() {
            let Ok(entry) = archive.by_index_data(index) else { continue };
            let Ok(name) = entry.name() else { continue };
            // Old programs on Windows write the separator of their own system.
            let name = name.replace('\\', "/");
            if name.ends_with('/') {
                continue; // a folder: its files name it
            }
            let regular = !entry.is_symlink() && entry.is_file();
            tree.add(&name, if regular { Kind::File } else { Kind::Other }, index);
        }
        Ok(Self { archive, tree })
    }
}

impl Source for Zip {
    fn list(&mut self, folder: &str) -> Result<BTreeMap<String, Kind>> {
        Ok(self.tree.list(folder))
    }

    fn read(&mut self, file: &str, most: u64) -> Result<Vec<u8>> {
        let index = *self.tree.place(file).context("there is no such file in the zip")?;
        let mut bytes = Vec::new();
        let entry = self.archive.by_index(index).context("cannot unpack it")?;
        // What the zip says of a file's size need not be true: only so much is unpacked.
        entry.take(most).read_to_end(&mut bytes).context("cannot unpack it")?;
        Ok(bytes)
    }
}

/// A file of which only so much is read.
struct Bounded {
    file: File,
    left: Rc<Cell<u64>>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        match self.left.get().checked_sub(count as u64) {
            Some(left) => self.left.set(left),
            None => return Err(io::Error::other("it is far too large for an exercise")),
        }
        Ok(count)
    }
}

impl Seek for Bounded {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
