//! Writes files whole or not at all, so that who stops a run never finds half a result.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use serde::Serialize;

static WRITING: Mutex<()> = Mutex::new(());

/// Waits until no file is being written; none is begun while the guard lives.
pub fn none_is_written() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes a file, and makes the folders above it.
///
/// # Errors
///
/// If a folder cannot be made, or the file not be written.
pub fn whole(file: &Path, bytes: &[u8]) -> Result<()> {
    let _writing = none_is_written();
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let write = || {
        // Others may read it, as far as the umask allows.
        let readable = Permissions::from_mode(0o666);
        let mut unfinished = tempfile::Builder::new().permissions(readable).tempfile_in(folder)?;
        unfinished.write_all(bytes)?;
        unfinished.persist(file)?;
        Ok(())
    };
    let written: std::io::Result<()> = write();
    written.with_context(|| format!("cannot write {}", file.display()))
}

/// Writes a value as JSON.
///
/// # Errors
///
/// As [`whole`].
pub fn json(file: &Path, value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    whole(file, &text)
}
