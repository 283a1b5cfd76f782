//! The files that an exercise leaves to the student: `src/**/*.rs` in its folder, and nothing else.
//!
//! No manifest, no build script and no test is taken, and no link is followed.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use checks::Exercise;

use super::source::{Kind, Source, join};

/// A student's files of one exercise: from `src/main.rs` and so on to what is in them.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The files, or why they cannot be graded.
pub type HandedIn = Result<Files, String>;

/// The limits of one exercise. A solution is a few thousand bytes.
const MOST_FILES: usize = 64;
const MOST_IN_ONE: u64 = 256 << 10;
const MOST_IN_ALL: usize = 512 << 10;
const DEEPEST: usize = 8;
/// What file systems take; archives hold longer ones, too.
const LONGEST_NAME: usize = 255;

/// Reads the files of these exercises.
pub fn read(
    source: &mut dyn Source,
    exercises: &[&'static Exercise],
) -> Result<BTreeMap<&'static str, HandedIn>> {
    let top = top(source)?;
    let mut handed_in = BTreeMap::new();
    for exercise in exercises {
        let files = exercise_files(source, &top, exercise);
        handed_in.insert(exercise.name, files.map_err(|why| format!("{why:#}")));
    }
    Ok(handed_in)
}

/// The top of the class repository: that of the submission, or the one folder around everything.
fn top(source: &mut dyn Source) -> Result<String> {
    let is_top = |names: &BTreeMap<String, Kind>| names.get("chapters") == Some(&Kind::Folder);
    let names = source.list("")?;
    if is_top(&names) {
        return Ok(String::new());
    }
    // A Mac adds a folder of its own.
    let ours = |name: &&String| !name.starts_with('.') && *name != "__MACOSX";
    let folders = names.iter().filter(|(_, kind)| **kind == Kind::Folder).map(|(name, _)| name);
    if let [around] = folders.filter(ours).collect::<Vec<_>>()[..]
        && is_top(&source.list(around)?)
    {
        return Ok(around.clone());
    }
    bail!("there is no folder chapters/ in it; a submission is a copy of the class repository")
}

fn exercise_files(source: &mut dyn Source, top: &str, exercise: &Exercise) -> Result<Files> {
    let src = format!("{}/src", exercise.folder());
    let mut folder = top.to_owned();
    for part in src.split('/') {
        let kind = source.list(&folder)?.get(part).copied();
        folder = join(&folder, part);
        match kind {
            Some(Kind::Folder) => {}
            None => bail!("{folder} is not in the submission"),
            Some(_) => bail!("{folder} is no folder (links are not followed)"),
        }
    }
    let mut files = Files::new();
    gather(source, &folder, "src", &mut files)?;
    if !files.contains_key("src/main.rs") {
        bail!("{src}/main.rs is not in the submission");
    }
    Ok(files)
}

/// Reads the sources in `folder` and below it; `name` is what the exercise calls that folder.
fn gather(source: &mut dyn Source, folder: &str, name: &str, files: &mut Files) -> Result<()> {
    if name.split('/').count() > DEEPEST {
        bail!("{name}: folders lie more than {DEEPEST} deep");
    }
    for (entry, kind) in source.list(folder)? {
        let (path, name) = (join(folder, &entry), join(name, &entry));
        if entry.len() > LONGEST_NAME {
            bail!("a name in {folder} is too long: it may have {LONGEST_NAME} bytes");
        }
        match kind {
            Kind::Folder => gather(source, &path, &name, files)?,
            Kind::File if entry.ends_with(".rs") => {
                let bytes = source.read(&path, MOST_IN_ONE + 1).with_context(|| name.clone())?;
                files.insert(name, bytes);
                within_limits(files)?;
            }
            Kind::Other if entry.ends_with(".rs") => {
                bail!("{name} is no file (links are not followed)")
            }
            _ => {}
        }
    }
    Ok(())
}

fn within_limits(files: &Files) -> Result<()> {
    if let Some((name, _)) = files.iter().find(|(_, bytes)| bytes.len() as u64 > MOST_IN_ONE) {
        bail!("{name} is too large: a file may have {} KiB", MOST_IN_ONE >> 10);
    }
    if files.len() > MOST_FILES {
        bail!("too many files: an exercise may have {MOST_FILES}");
    }
    if files.values().map(Vec::len).sum::<usize>() > MOST_IN_ALL {
        bail!("the files are too large: together they may have {} KiB", MOST_IN_ALL >> 10);
    }
    Ok(())
}
