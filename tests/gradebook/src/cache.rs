//! Results by content, so that what has been graded once is not graded again.
//!
//! The content is the student's files, and what grades them: when a check, a library or the
//! compiler changes, all is graded anew. So one may stop a run and go on later, and a student who
//! hands in again costs only the exercises that have changed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use checks::{Exercise, Verdict};
use sha2::{Digest, Sha256};

use crate::result::Graded;
use crate::sandbox::Sandbox;
use crate::submissions::HandedIn;
use crate::write;

/// The results that earlier runs have left.
pub struct Cache {
    folder: PathBuf,
    grader: [u8; 32],
}

impl Cache {
    /// Opens the cache in the folder `out`. The checks are part of this program, and `builder` says
    /// what compiles. What was found without a sandbox counts without one only: a program may have
    /// written it.
    ///
    /// # Errors
    ///
    /// If this program cannot read itself.
    pub fn open(out: &Path, builder: u64, sandbox: &Sandbox) -> Result<Self> {
        let hash = || -> io::Result<[u8; 32]> {
            let mut hash = Hasher(Sha256::new());
            io::copy(&mut File::open(std::env::current_exe()?)?, &mut hash)?;
            hash.0.update(builder.to_le_bytes());
            hash.0.update([u8::from(matches!(sandbox, Sandbox::None))]);
            Ok(hash.0.finalize().into())
        };
        let grader = hash().context("cannot read the grader itself")?;
        Ok(Self { folder: out.join("cache"), grader })
    }

    /// The hash of what a student has handed in for an exercise, and of what grades it.
    pub fn content(&self, exercise: &Exercise, handed_in: &HandedIn) -> String {
        let mut hash = Sha256::new();
        hash.update(self.grader);
        // Every piece with its length, so that no two lists of pieces look the same.
        let mut add = |piece: &[u8]| {
            hash.update((piece.len() as u64).to_le_bytes());
            hash.update(piece);
        };
        add(exercise.name.as_bytes());
        match handed_in {
            Ok(files) => {
                for (name, bytes) in files {
                    add(name.as_bytes());
                    add(bytes);
                }
            }
            Err(problem) => add(problem.as_bytes()),
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The result for this content, if there is one.
    pub fn get(&self, content: &str) -> Option<Graded> {
        let graded: Graded = serde_json::from_slice(&fs::read(self.file(content)).ok()?).ok()?;
        (graded.content == content && is_final(&graded)).then_some(graded)
    }

    /// Keeps a result, unless the grader itself is to blame for a part of it.
    pub fn keep(&self, graded: &Graded) -> Result<()> {
        if !is_final(graded) {
            return Ok(());
        }
        write::json(&self.file(&graded.content), graded)
    }

    fn file(&self, content: &str) -> PathBuf {
        self.folder.join(format!("{content}.json"))
    }
}

/// Whether another run would find the same.
pub fn is_final(graded: &Graded) -> bool {
    graded.checks.iter().all(|check| check.verdict != Verdict::GraderError)
}

struct Hasher(Sha256);

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
