//! What shuts the students' programs in: bubblewrap, and the three kinds of jails that it makes.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::bounds::Bounds;
use crate::jail::Jail;
use crate::summary;

/// What shuts programs in.
#[derive(Clone, Debug)]
pub enum Sandbox {
    /// bubblewrap.
    Bubblewrap {
        /// The program.
        bwrap: PathBuf,
        /// What else it is told on this machine.
        more: Vec<OsString>,
    },
    /// Nothing: programs run with all that the teacher may do.
    None,
}

/// A user and a group that own nothing.
pub const NOBODY: u32 = 65534;

impl Sandbox {
    /// Finds bubblewrap, and sees to it that it can make a jail in a jail here.
    pub fn find() -> Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).map(|it| it.join("bwrap")).find(|it| it.is_file());
        let Some(bwrap) = found else {
            bail!(
                "bubblewrap is not installed, which shuts the students' programs in; \
                 install the package bubblewrap, or see --no-sandbox in --help"
            );
        };
        // Old ones do not know how to forbid namespaces within the jail.
        let strict =
            Self::Bubblewrap { bwrap: bwrap.clone(), more: vec!["--disable-userns".into()] };
        let plain = Self::Bubblewrap { bwrap, more: Vec::new() };
        if strict.tried().is_ok() {
            return Ok(strict);
        }
        plain.tried().with_context(|| {
            let reason = who_forbids_it();
            format!("bubblewrap cannot make a jail here ({reason}); see --no-sandbox in --help")
        })?;
        summary::warn_of_old_bubblewrap();
        Ok(plain)
    }

    /// Makes a jail in a jail, as for a student's program.
    fn tried(&self) -> Result<()> {
        let bounds = Bounds::PROGRAM;
        let inner = self.inner_jail().words(&bounds);
        let words = self.outer_jail().words(&Bounds::GRADER);
        let mut command = command(words);
        command.args(inner).arg("true");
        as_nobody(&mut command);
        let output = command.output().context("bwrap cannot be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}", said.trim());
        Ok(())
    }

    /// The jail of the grader and the programs that it plays with: it has a loopback of its own,
    /// and sees only its own processes.
    pub fn outer_jail(&self) -> Jail {
        let jail = Jail::new(self, Vec::new());
        jail.with(["--proc", "/proc"]).tmpfs("/tmp", 64 << 20)
    }

    /// The jail of one program, within that of its grader, with whose loopback it has to do.
    pub fn inner_jail(&self) -> Jail {
        let more = match self {
            Self::Bubblewrap { more, .. } => more.clone(),
            Self::None => Vec::new(),
        };
        let jail = Jail::new(self, more).with(["--share-net"]);
        jail.tmpfs("/work", 16 << 20).with(["--chdir", "/work"])
    }

    /// The jail of a tool that reads what a student has written. The compiler finds its own
    /// libraries through `/proc`; it shows the jail and nothing else.
    pub fn tool_jail(&self) -> Jail {
        Jail::new(self, Vec::new()).with(["--proc", "/proc"]).tmpfs("/tmp", 256 << 20)
    }
}

/// Why this user may make no jail, as far as the system tells.
fn who_forbids_it() -> &'static str {
    // Since 24.04, Ubuntu allows user namespaces to those programs alone that AppArmor knows.
    let apparmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
    match fs::read_to_string(apparmor).as_deref().map(str::trim) {
        Ok("1") => {
            "AppArmor forbids it; until the next start of the machine, this allows it: \
             sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
        }
        _ => "may this user make user namespaces?",
    }
}

/// A command of these words.
pub fn command(words: impl IntoIterator<Item = OsString>) -> Command {
    let mut words = words.into_iter();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command
}

/// The kernel does not hold root to a number of processes (getrlimit(2)): let a jail be made by
/// somebody else, if this is root.
pub fn as_nobody(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
}

/// Whether root is grading.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
