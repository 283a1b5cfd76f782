//! Has the checks of an exercise played on a program, in jails.
//!
//! The grader runs in a jail of its own for each program, with a loopback of its own. It starts the
//! program, once for each check, in a jail within that one. What it finds it writes to a pipe of
//! which the program knows nothing: the program's own output goes to the grader.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use checks::{Exercise, Launcher, Outcome, Task};

use crate::bounded::{self, End, Finished};
use crate::bounds::Bounds;
use crate::grader::{AT_ONCE, Said};
use crate::result::Checked;
use crate::sandbox::{NOBODY, Sandbox, as_nobody, command, is_root};
use crate::syscalls;

/// The file beside the grader that says which calls a program may not make.
const FILTER: &str = "filter";

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
            syscalls::write_filter(&grader.join(FILTER))?;
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

    /// Plays the checks of an exercise on a program that lies alone in its folder: those named in
    /// `only`, or all if that is empty. What the words are that are said to the program, `seed`
    /// chooses. Returns what came of each, and whether that is doubtful.
    pub fn play(
        &self,
        exercise: &'static Exercise,
        only: &[String],
        program: &Path,
        seed: u64,
    ) -> Vec<Said> {
        let done = self.jails(program).and_then(|jails| {
            let mut words = jails.outer;
            words.extend([jails.grader, "play".into(), exercise.name.into(), jails.program]);
            words.push(seed.to_string().into());
            words.extend(only.iter().flat_map(|name| ["--only".into(), name.into()]));
            words.push("--".into());
            words.extend(jails.inner);
            bounded::run(&mut self.command(words), most_time(exercise), [MOST_SAID, 4096])
                .context("the grader cannot be started")
        });
        let (said, why) = match done {
            Ok(done) => (String::from_utf8_lossy(&done.stdout).into_owned(), ended(&done)),
            Err(error) => (String::new(), format!("{error:#}")),
        };
        let mut said: Vec<Said> =
            said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        for task in Task::all(exercise, &Launcher::new(program, seed)) {
            let name = task.check.name;
            let asked = only.is_empty() || only.iter().any(|only| only == name);
            if asked && !said.iter().any(|said| said.checked.name == name) {
                let checked = Checked::played(&task, &Outcome::grader_error(&why));
                said.push(Said { checked, doubtful: true });
            }
        }
        said
    }

    /// Starts a program with which nothing is wrong: if it does not run in its jail, no student is
    /// to blame.
    pub fn try_out(&self, program: &Path) -> Result<()> {
        let jails = self.jails(program)?;
        let mut command = self.command([jails.outer, jails.inner, vec![jails.program]].concat());
        let done = bounded::run(&mut command, Duration::from_secs(60), [4096, 4096])?;
        ensure!(done.end.is_success(), "a program cannot run: {}", ended(&done));
        Ok(())
    }

    /// The jail of the grader, that of the program within it, and where they find what.
    fn jails(&self, program: &Path) -> Result<Jails> {
        let folder = program.parent().context("a program lies in a folder")?;
        let name = program.file_name().context("a program has a name")?;
        let (grader, place, inside) = match &self.sandbox {
            Sandbox::Bubblewrap { more, .. } => {
                give_to_nobody(folder)?;
                let inside =
                    Sandbox::Bubblewrap { bwrap: "/grader/bwrap".into(), more: more.clone() };
                (Path::new("/grader"), Path::new("/program"), inside)
            }
            Sandbox::None => (&*self.grader, folder, Sandbox::None),
        };
        let jail = self.sandbox.outer_jail().shows_as(&self.grader, grader);
        let jail = jail.shows_as(folder, place).shows_as(&self.etc, "/etc");
        let inner = inside.inner_jail().shows(place).shows("/etc").refuses(grader.join(FILTER));
        Ok(Jails {
            outer: jail.words(&Bounds::GRADER),
            inner: inner.words(&Bounds::PROGRAM),
            grader: grader.join("gradebook").into(),
            program: place.join(name).into(),
        })
    }

    fn command(&self, words: Vec<OsString>) -> Command {
        let mut command = command(words);
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        if matches!(self.sandbox, Sandbox::Bubblewrap { .. }) {
            as_nobody(&mut command);
        }
        command
    }
}

/// Commands that make jails, and the paths of what runs in them.
struct Jails {
    outer: Vec<OsString>,
    inner: Vec<OsString>,
    grader: OsString,
    program: OsString,
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

/// How long the checks of an exercise may take together, with each at its deadline, and the grader
/// stuck behind it.
fn most_time(exercise: &Exercise) -> Duration {
    let longest = exercise.checks.iter().map(|check| check.deadline).max().unwrap_or_default();
    let rounds = exercise.checks.len().div_ceil(AT_ONCE);
    let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
    (longest * checks::MOST_TIMES + Duration::from_secs(20)).saturating_mul(rounds)
        + Duration::from_secs(10)
}

/// Why the grader has not said more than it has.
fn ended(done: &Finished) -> String {
    let said = String::from_utf8_lossy(&done.stderr);
    match done.end {
        End::Exited(status) => format!("the grader has ended ({status}): {}", said.trim()),
        _ => format!("the grader was stopped after {} s", done.took.as_secs()),
    }
}
