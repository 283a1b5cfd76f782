//! What a class has handed in: a folder with one entry for each student.
//!
//! An entry is a copy of the class repository: a folder, a zip, or a git bundle. Of each copy only
//! the files that an exercise leaves to the student are read, and nothing in it is run.

mod bundle;
mod files;
mod folder;
mod source;
mod zip;

pub use files::{Files, HandedIn};

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use checks::Exercise;

use crate::sandbox::Sandbox;
use source::Source;

/// One student's entry.
#[derive(Clone, Debug)]
pub struct Student {
    /// The name of the folder, or of the file without its ending.
    pub name: String,
    place: PathBuf,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Folder,
    Zip,
    Bundle,
}

/// The entries of a folder of submissions.
#[derive(Debug, Default)]
pub struct Class {
    /// The students, by name.
    pub students: Vec<Student>,
    /// What else lies there, and why it is no submission.
    pub passed_over: Vec<String>,
}

/// Looks at a folder of submissions. Fails if two entries are of one student: nobody can tell
/// which of the two to grade.
pub fn find(folder: &Path) -> Result<Class> {
    let cannot_read = || format!("cannot read the submissions in {}", folder.display());
    let mut class = Class::default();
    for entry in fs::read_dir(folder).with_context(cannot_read)? {
        let entry = entry.with_context(cannot_read)?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            class.passed_over.push(format!("{}: its name is no UTF-8", name.display()));
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        // Of the entry itself: a link is not followed.
        let kind = entry.file_type().with_context(cannot_read)?;
        match form(name, kind) {
            Ok((name, form)) => {
                class.students.push(Student { name: name.to_owned(), place: entry.path(), form });
            }
            Err(why) => class.passed_over.push(format!("{name}: {why}")),
        }
    }
    class.passed_over.sort();
    class.students.sort_by(|one, other| (&one.name, &one.place).cmp(&(&other.name, &other.place)));
    for pair in class.students.windows(2) {
        if let [one, other] = pair
            && one.name == other.name
        {
            let (one, other) = (one.place.display(), other.place.display());
            bail!("two submissions of the same student: {one} and {other}; take one of them away");
        }
    }
    ensure!(
        !class.students.is_empty(),
        "there is no submission in {}: each is a folder, a .zip or a .bundle, named after its student",
        folder.display()
    );
    Ok(class)
}

/// Whose entry this is, and in what form.
fn form(name: &str, kind: fs::FileType) -> Result<(&str, Form), &'static str> {
    if kind.is_symlink() {
        return Err("a symbolic link, which is not followed");
    }
    if kind.is_dir() {
        return Ok((name, Form::Folder));
    }
    let known = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.eq_ignore_ascii_case("zip") => Some((stem, Form::Zip)),
        Some((stem, ending)) if ending.eq_ignore_ascii_case("bundle") => Some((stem, Form::Bundle)),
        _ => None,
    };
    known.filter(|_| kind.is_file()).ok_or("neither a folder, nor a .zip, nor a .bundle")
}

/// Whether what it takes to read these submissions is there.
///
/// # Errors
///
/// If there is a bundle, and no git to read it.
pub fn can_be_read(students: &[Student]) -> Result<()> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has_git = std::env::split_paths(&path).any(|folder| folder.join("git").is_file());
    let bundle = students.iter().find(|student| student.form == Form::Bundle);
    if let Some(bundle) = bundle.filter(|_| !has_git) {
        bail!("git is not installed, which reads bundles such as {}", bundle.place.display());
    }
    Ok(())
}

/// What students start from: the files of the class repository itself.
pub fn starters(
    root: &Path,
    exercises: &[&'static Exercise],
) -> Result<BTreeMap<&'static str, HandedIn>> {
    files::read(&mut folder::Folder::new(root), exercises).context("cannot read the starters")
}

impl Student {
    /// Reads what the student has written for each of these exercises. Fails, in words for the
    /// teacher, if nothing can be read at all. What it needs on the way lies in `scratch`.
    pub fn read(
        &self,
        exercises: &[&'static Exercise],
        sandbox: &Sandbox,
        scratch: &Path,
    ) -> Result<BTreeMap<&'static str, HandedIn>> {
        let mut source: Box<dyn Source> = match self.form {
            Form::Folder => Box::new(folder::Folder::new(&self.place)),
            Form::Zip => Box::new(zip::Zip::open(&self.place)?),
            Form::Bundle => Box::new(bundle::Bundle::open(&self.place, sandbox, scratch)?),
        };
        files::read(&mut *source, exercises)
    }
}
