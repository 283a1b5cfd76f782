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

    /// Starts it by a command that locks it up, a bubblewrap command line whose options end with
    /// `--`; the program and its arguments go behind that.
    #[must_use]
    pub fn in_jail(mut self, command: Vec<OsString>) -> Self {
        self.jail = command;
        self
    }

    /// The same, but the program is shown this file as its `/etc/hosts`, in a mount namespace. It
    /// gets all addresses that a name has there: glibc takes the first alone, unless `multi` is on
    /// (host.conf(5)), and a jail need not have that file.
    #[must_use]
    pub(crate) fn with_hosts(mut self, hosts: &Path) -> Self {
        const MOUNT: &str = "mount --bind \"$0\" /etc/hosts && RESOLV_MULTI=on exec \"$@\"";
        let hosts = hosts.as_os_str();
        if self.jail.is_empty() {
            let unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT];
            self.jail = unshare.map(OsString::from).into();
            self.jail.push(hosts.to_owned());
        } else {
            let end = self.jail.iter().rposition(|word| word == "--").unwrap_or(self.jail.len());
            let bind = ["--ro-bind".as_ref(), hosts, "/etc/hosts".as_ref()].map(OsString::from);
            let multi = ["--setenv", "RESOLV_MULTI", "on"].map(OsString::from);
            self.jail.splice(end..end, bind.into_iter().chain(multi));
        }
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Launcher;

    #[test]
    fn a_hosts_file_goes_into_the_jail_that_is_there() {
        let jail = ["bwrap", "--unshare-all", "--"].map(Into::into).into();
        let launcher = Launcher::new("program", 0).in_jail(jail).with_hosts(Path::new("file"));
        let command = launcher.command(&[], &["--port", "0"], Path::new("."));
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        assert_eq!(
            words.join(" "),
            "--unshare-all --ro-bind file /etc/hosts --setenv RESOLV_MULTI on -- program --port 0"
        );
    }
}
