//! How the program of a student is started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How a program is started: by itself, or by something that locks it up.
#[derive(Clone, Debug)]
pub struct Launcher {
    program: PathBuf,
    jail: Vec<OsString>,
    /// Chooses the words that are said to the program, so that it cannot know them beforehand.
    pub seed: u64,
}

impl Launcher {
    /// Starts `program` by itself, and says words to it that `seed` chooses.
    pub fn new(program: impl Into<PathBuf>, seed: u64) -> Self {
        Self { program: program.into(), jail: Vec::new(), seed }
    }

    /// Starts it by a command that locks it up; the program and its arguments go behind that.
    #[must_use]
    pub fn in_jail(mut self, command: Vec<OsString>) -> Self {
        self.jail = command;
        self
    }

    /// What a student calls the program.
    pub fn name(&self) -> String {
        self.program.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The command for these arguments, run in `folder`. It learns nothing of who starts it: a
    /// program that finds out that it is graded might behave better than it does.
    pub(crate) fn command(&self, before: &[String], args: &[&str], folder: &Path) -> Command {
        let mut words = self.jail.iter().cloned().chain(before.iter().map(OsString::from));
        let mut command = match words.next() {
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        command.args(args).current_dir(folder).env_clear();
        for name in ["PATH", "SYSTEMROOT"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command
    }
}
