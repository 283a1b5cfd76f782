//! Has the checks of an exercise played on a program, in jails.
//!
//! The grader runs in a jail of its own for each program, with a loopback of its own. It starts the
//! program, once for each check, in a jail within that one. What it finds it writes to a pipe of
//! which the program knows nothing: the program's own output goes to the grader.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use checks::{Exercise, Outcome, Task};

use crate::bounded::{self, Finished};
use crate::bounds::Bounds;
use crate::grader::AT_ONCE;
use crate::result::Checked;
use crate::sandbox::{NOBODY, Sandbox, as_nobody, command, is_root};

/// How much the grader may say, in bytes.
const MOST_SAID: usize = 4 << 20;

/// Plays checks on programs.
pub struct Player {
    sandbox: Sandbox,
    /// The grader itself: this program. With it lies bubblewrap, for the jails within the jail.
    grader: PathBuf,
    /// What stands in the /etc of the jails: how names of hosts are looked up, and nothing else.
    etc: PathBuf,
}

impl Player {
    /// Puts what the jails show of us into the folder `scratch`.
    pub fn prepare(sandbox: Sandbox, scratch: &Path) -> Result<Self> {
        let (grader, etc) = (scratch.join("grader"), scratch.join("etc"));
        let prepare = || -> Result<()> {
            fs::create_dir(&grader)?;
            let this = std::env::current_exe()?;
            fs::copy(this, grader.join("gradebook"))?;
            if let Sandbox::Bubblewrap { bwrap, .. } = &sandbox {
                fs::copy(bwrap, grader.join("bwrap"))?;
            }
            fs::create_dir(&etc)?;
            fs::write(etc.join("hosts"), "127.0.0.1 localhost\n::1 localhost\n")?;
            fs::write(etc.join("nsswitch.conf"), "hosts: files\n")?;
            if Path::new("/etc/ld.so.cache").exists() {
                fs::copy("/etc/ld.so.cache", etc.join("ld.so.cache"))?;
            }
            Ok(())
        };
        prepare().context("cannot prepare the grader")?;
        Ok(Self { sandbox, grader, etc })
    }

    /// Plays all checks of an exercise on a program that lies alone in its folder. What the words
    /// are that are said to the program, `seed` chooses.
    pub fn play(&self, exercise: &'static Exercise, program: &Path, seed: u64) -> Vec<Checked> {
        let most_time = most_time(exercise);
        let done = self.words(exercise, program, seed).and_then(|words| {
            let mut command = command(words);
            command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
            as_nobody(&mut command);
            bounded::run(&mut command, most_time, [MOST_SAID, 4096]).context("cannot start")
        });
        let (said, why) = match done {
            Ok(done) => (String::from_utf8_lossy(&done.stdout).into_owned(), ended(&done)),
            Err(error) => (String::new(), format!("{error:#}")),
        };
        let said: Vec<Checked> =
            said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let launcher = checks::Launcher::new(program, seed);
        let of_task = |task: Task| {
            let found = said.iter().find(|checked| checked.name == task.check.name);
            let missing = || Checked::played(&task, &Outcome::grader_error(&why));
            found.cloned().unwrap_or_else(missing)
        };
        Task::all(exercise, &launcher).into_iter().map(of_task).collect()
    }

    fn words(&self, exercise: &Exercise, program: &Path, seed: u64) -> Result<Vec<OsString>> {
        let folder = program.parent().context("a program lies in a folder")?;
        let name = program.file_name().context("a program has a name")?;
        let (jail, grader, bwrap, place) = match &self.sandbox {
            Sandbox::Bubblewrap { more, .. } => {
                give_to_nobody(folder)?;
                let bwrap =
                    Sandbox::Bubblewrap { bwrap: "/grader/bwrap".into(), more: more.clone() };
                (self.sandbox.outer_jail(), Path::new("/grader"), bwrap, Path::new("/program"))
            }
            Sandbox::None => (self.sandbox.outer_jail(), &*self.grader, Sandbox::None, folder),
        };
        let jail = jail.shows_as(&self.grader, grader).shows_as(folder, place);
        let mut words = jail.shows_as(&self.etc, "/etc").words(&Bounds::NONE);
        words.extend([grader.join("gradebook").into(), "play".into(), exercise.name.into()]);
        words.extend([place.join(name).into(), seed.to_string().into(), "--".into()]);
        words.extend(bwrap.inner_jail().shows(place).shows("/etc").words(&Bounds::PROGRAM));
        Ok(words)
    }
}

/// Lets the jail's user, and no other, run what is in a folder.
fn give_to_nobody(folder: &Path) -> Result<()> {
    if !is_root() {
        return Ok(());
    }
    chown(folder, Some(NOBODY), Some(NOBODY))?;
    for entry in fs::read_dir(folder)? {
        chown(entry?.path(), Some(NOBODY), Some(NOBODY))?;
    }
    Ok(())
}

/// Makes a file a program that its owner may run.
pub fn make_program(file: &Path) -> Result<()> {
    Ok(fs::set_permissions(file, Permissions::from_mode(0o500))?)
}

/// How long the checks of an exercise may take together, with each at its deadline, and the grader
/// stuck behind it.
fn most_time(exercise: &Exercise) -> Duration {
    let longest = exercise.checks.iter().map(|check| check.deadline).max().unwrap_or_default();
    let rounds = exercise.checks.len().div_ceil(AT_ONCE);
    let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
    (longest + Duration::from_secs(20)).saturating_mul(rounds) + Duration::from_secs(10)
}

/// Why the grader has not said more than it has.
fn ended(done: &Finished) -> String {
    let said = String::from_utf8_lossy(&done.stderr);
    match done.status {
        None => format!("the grader was stopped after {} s", done.took.as_secs()),
        Some(status) => format!("the grader has ended ({status}): {}", said.trim()),
    }
}
