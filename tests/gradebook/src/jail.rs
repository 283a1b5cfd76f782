//! Jails: what a command sees, and what it may use, while it works on what a student has written.
//!
//! A jail is made by bubblewrap of the kernel's namespaces (bwrap(1), namespaces(7)), and its
//! limits by prlimit(1). In it are the system's programs and libraries, a few folders that are
//! named one by one, and nothing else: no home, no network, no process from outside. When its
//! first process ends, or whoever has started it, everything in it is gone.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::bounds::Bounds;
use crate::sandbox::Sandbox;

/// The system's folders of which a jail needs some; what this machine lacks is left out.
const SYSTEM: [&str; 6] = ["bin", "sbin", "lib", "lib32", "lib64", "libexec"];

/// The words of a command that makes a jail; without a sandbox there are none but the limits.
#[derive(Clone, Debug)]
pub struct Jail {
    words: Vec<OsString>,
    shut: bool,
    filter: Option<PathBuf>,
}

impl Jail {
    /// A jail with the system's programs and libraries in it, and nothing else. `more` is what else
    /// bubblewrap is told.
    pub fn new(sandbox: &Sandbox, more: Vec<OsString>) -> Self {
        let Sandbox::Bubblewrap { bwrap, .. } = sandbox else {
            return Self { words: Vec::new(), shut: false, filter: None };
        };
        let mut jail = Self { words: vec![bwrap.into()], shut: true, filter: None };
        jail = jail.with(["--unshare-user", "--unshare-all", "--die-with-parent", "--new-session"]);
        jail.words.extend(more);
        jail = jail.with(["--uid", "65534", "--gid", "65534", "--cap-drop", "ALL", "--clearenv"]);
        jail = jail.sets("PATH", "/usr/bin:/bin").sets("LC_ALL", "C").with(["--dev", "/dev"]);
        for name in SYSTEM {
            let (top, usr) = (format!("/{name}"), format!("/usr/{name}"));
            if Path::new(&usr).is_dir() {
                jail = jail.shows(&usr);
            }
            // On most systems /lib is /usr/lib by another name.
            match fs::read_link(&top) {
                Ok(to) => {
                    let words: [OsString; 3] = ["--symlink".into(), to.into(), top.into()];
                    jail.words.extend(words);
                }
                Err(_) if Path::new(&top).is_dir() => jail = jail.shows(&top),
                Err(_) => {}
            }
        }
        jail
    }

    /// Tells bubblewrap more.
    #[must_use]
    pub fn with<Word: Into<OsString>>(mut self, words: impl IntoIterator<Item = Word>) -> Self {
        if self.shut {
            self.words.extend(words.into_iter().map(Into::into));
        }
        self
    }

    /// Shows a file or folder of the machine in the jail, read-only and under its own name.
    #[must_use]
    pub fn shows(self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        self.shows_as(path, path)
    }

    /// Shows it under another name.
    #[must_use]
    pub fn shows_as(self, path: impl AsRef<Path>, name: impl AsRef<Path>) -> Self {
        self.with(["--ro-bind".as_ref(), path.as_ref().as_os_str(), name.as_ref().as_os_str()])
    }

    /// Lets the jail write to a folder.
    #[must_use]
    pub fn may_write(self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().as_os_str();
        self.with(["--bind".as_ref(), path, path])
    }

    /// An empty folder in memory, of at most so many bytes.
    #[must_use]
    pub fn tmpfs(self, path: &str, most: u64) -> Self {
        self.with(["--size", &most.to_string(), "--tmpfs", path])
    }

    /// Sets an environment variable; there are no others but PATH and LC_ALL.
    #[must_use]
    pub fn sets(self, name: &str, value: &str) -> Self {
        self.with(["--setenv", name, value])
    }

    /// Refuses the calls that a filter names, which lies in this file.
    #[must_use]
    pub fn refuses(self, filter: PathBuf) -> Self {
        let jail = self.with(["--seccomp", "9"]);
        Self { filter: Some(filter), ..jail }
    }

    /// The words that make the jail. The program and its arguments go behind them.
    pub fn words(self, bounds: &Bounds) -> Vec<OsString> {
        // The root of the jail and its /dev lie in memory, and nobody counts what is written there.
        let jail = self.with(["--remount-ro", "/dev", "--remount-ro", "/", "--"]);
        // Outside a jail all of the teacher's processes would count.
        let processes = bounds.processes.filter(|_| jail.shut);
        let mut words = match jail.filter.filter(|_| jail.shut) {
            // bubblewrap reads it from a descriptor.
            Some(filter) => {
                let opened =
                    ["sh".into(), "-c".into(), r#"exec "$@" 9<"$0""#.into(), filter.into()];
                [opened.to_vec(), jail.words].concat()
            }
            None => jail.words,
        };
        if jail.shut || Path::new("/usr/bin/prlimit").exists() {
            words.extend(Bounds { processes, ..bounds.clone() }.words());
        }
        words
    }
}
