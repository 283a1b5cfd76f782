//! A class in a temporary folder, graded by the program itself.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use checks::Verdict;
use gradebook::result::{Checked, Graded, Submission};
use keys::Key;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

/// The exercise that the tests use; what it is about does not matter.
pub const EXERCISE: &str = "02-notice-eof";

/// Its source, seen from the top of the class repository.
pub const MAIN: &str = "chapters/02-single-server/exercises/notice-eof/src/main.rs";

/// The key of the exercise.
pub fn key() -> Key {
    Key::read(checks::exercise(EXERCISE).expect("an exercise")).expect("it has a key")
}

/// The solution, with a piece of source at the beginning of its `main`.
pub fn solution_that(does: &str) -> String {
    let main = "fn main() -> ExitCode {";
    let solution = key().solution;
    assert!(solution.contains(main), "the solution has a main");
    solution.replace(main, &format!("{main}\n{does}"))
}

/// Submissions, and where the results go.
pub struct Class {
    pub folder: TempDir,
    /// What the grader itself leaves lying about would lie here.
    pub scratch: PathBuf,
}

impl Class {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let class = Self { scratch: folder.path().join("scratch"), folder };
        fs::create_dir(class.submissions()).expect("a folder");
        fs::create_dir(&class.scratch).expect("a folder");
        // Root's jails are made by somebody else, who must come by here.
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(class.folder.path(), fs::Permissions::from_mode(0o711)).expect("chmod");
        class
    }

    pub fn submissions(&self) -> PathBuf {
        self.folder.path().join("class")
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// A submission that is a folder with this program.
    pub fn student(&self, name: &str, main: &str) -> &Self {
        self.file(name, MAIN, main.as_bytes())
    }

    /// Adds a file to a student's folder.
    pub fn file(&self, student: &str, path: &str, bytes: &[u8]) -> &Self {
        let file = self.submissions().join(student).join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
        fs::write(file, bytes).expect("a file");
        self
    }

    /// A submission that is a zip of these files.
    pub fn zip(&self, name: &str, files: &[(&str, &[u8])]) -> &Self {
        let file = File::create(self.submissions().join(name)).expect("a file");
        let mut zip = zip::ZipWriter::new(file);
        for (path, bytes) in files {
            zip.start_file(*path, SimpleFileOptions::default()).expect("a zip");
            zip.write_all(bytes).expect("a zip");
        }
        zip.finish().expect("a zip");
        self
    }

    /// The program, for this class and the one exercise that it has solved.
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_to(&self.out(), args)
    }

    /// The program, for this class, with its results in another folder.
    pub fn command_to(&self, out: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gradebook"));
        command.arg("--submissions").arg(self.submissions()).arg("--out").arg(out);
        command.args(["--exercise", "02-notice-eof"]);
        command.args(args).env("TMPDIR", &self.scratch).process_group(0);
        command
    }

    /// What runs for this class, on this machine.
    pub fn running(&self) -> Vec<String> {
        running_with(&self.scratch.display().to_string())
    }

    /// Grades the class; that must work.
    #[track_caller]
    pub fn grade(&self, args: &[&str]) -> String {
        said(self.command(args).output().expect("it starts"), 0)
    }

    /// Grading fails, and says why in one line.
    #[track_caller]
    pub fn refused(&self, args: &[&str]) -> String {
        said(self.command(args).output().expect("it starts"), 1)
    }

    /// The result of a student.
    #[track_caller]
    pub fn result(&self, student: &str) -> Submission {
        read(&self.out().join(format!("results/{student}.json")))
    }

    /// What came of the exercise.
    #[track_caller]
    pub fn graded(&self, student: &str) -> Graded {
        let mut result = self.result(student);
        assert_eq!(result.exercises.len(), 1, "{result:#?}");
        result.exercises.remove(0)
    }

    /// A program as good as this one has all points.
    #[track_caller]
    pub fn has_all_points(&self, student: &str) {
        let graded = self.graded(student);
        assert_eq!(graded.points(), graded.most(), "{graded:#?}");
    }

    /// Nothing earned, and it is the program's fault.
    #[track_caller]
    pub fn has_no_points(&self, student: &str) -> Graded {
        let graded = self.graded(student);
        assert_eq!(graded.points(), 0, "{graded:#?}");
        assert!(graded.checks.iter().all(|it| it.verdict != Verdict::GraderError), "{graded:#?}");
        graded
    }

    /// What the compiler says, of a program that it refuses.
    #[track_caller]
    pub fn build_error(&self, student: &str) -> String {
        let graded = self.has_no_points(student);
        assert!(graded.checks.iter().all(|it| it.verdict == Verdict::BuildError), "{graded:#?}");
        graded.build_error.expect("there is a build error")
    }
}

/// The result in a file.
#[track_caller]
pub fn read(file: &Path) -> Submission {
    let text = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_slice(&text).expect("a result")
}

/// Both streams of a program that must have ended with this status.
#[track_caller]
pub fn said(output: Output, status: i32) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert_eq!(output.status.code(), Some(status), "{text}");
    text
}

/// The check of this name.
#[track_caller]
pub fn check<'a>(graded: &'a Graded, name: &str) -> &'a Checked {
    let check = graded.checks.iter().find(|check| check.name == name);
    check.unwrap_or_else(|| panic!("there is no check {name:?}"))
}

/// The command lines of all processes of this machine in which `word` stands.
pub fn running_with(word: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("there is /proc");
    let lines = entries.filter_map(|entry| fs::read(entry.ok()?.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(word)).collect()
}
