//! Puts the results of several runs together: the shards of a class, for one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::result::{SCHEMA, Submission};
use crate::{formats, write};

/// Reads the results below each of `from`, and writes all of them, in every format, to `out`.
/// Returns how many there are. Fails if a student is in two of them.
pub fn merge(from: &[PathBuf], out: &Path) -> Result<usize> {
    let mut all: BTreeMap<String, (Submission, &Path)> = BTreeMap::new();
    for folder in from {
        for submission in read(folder)? {
            let student = submission.student.clone();
            if let Some((_, other)) = all.get(&student) {
                let (one, other) = (other.display(), folder.display());
                bail!("the student {student} is in {one} and in {other}; take one away");
            }
            all.insert(student, (submission, folder));
        }
    }
    let all: Vec<Submission> = all.into_values().map(|(submission, _)| submission).collect();
    for submission in &all {
        write::json(&out.join(Submission::file(&submission.student)), submission)?;
    }
    formats::write_all(&all, out).context("cannot write the scores")?;
    Ok(all.len())
}

fn read(folder: &Path) -> Result<Vec<Submission>> {
    let results = folder.join("results");
    let no_results = || format!("there are no results in {}", folder.display());
    let mut submissions = Vec::new();
    for entry in fs::read_dir(&results).with_context(no_results)? {
        let file = entry.with_context(no_results)?.path();
        let hidden = file.file_name().is_some_and(|it| it.as_encoded_bytes().starts_with(b"."));
        if hidden || file.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let cannot_read = || format!("cannot read {}", file.display());
        let text = fs::read(&file).with_context(cannot_read)?;
        let submission: Submission = serde_json::from_slice(&text).with_context(cannot_read)?;
        ensure!(submission.schema == SCHEMA, "{}: it is not of {SCHEMA}", file.display());
        let named = file.ends_with(Submission::file(&submission.student));
        ensure!(named, "{}: it is the result of {:?}", file.display(), submission.student);
        submissions.push(submission);
    }
    ensure!(!submissions.is_empty(), no_results());
    Ok(submissions)
}
