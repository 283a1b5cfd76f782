//! The grader in its jail: plays the checks of one exercise on one program, and writes what comes
//! of each, as a line of JSON, as soon as it is known.

use std::ffi::OsString;
use std::fs;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use checks::{Exercise, Launcher, Outcome, Task, Verdict};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{WaitOptions, getpid, set_child_subreaper, wait};
use serde::{Deserialize, Serialize};

use crate::result::Checked;
use crate::sandbox::command;
use crate::watchman::Watchman;

/// How many checks are played at once. They wait for the program most of the time.
pub const AT_ONCE: usize = 8;

/// What the grader says of a check.
#[derive(Serialize, Deserialize)]
pub struct Said {
    /// What came of it.
    pub checked: Checked,
    /// Whether another try might show something else: it lasted until its deadline, and that may
    /// be because the machine was busy, or the grader itself has failed.
    pub doubtful: bool,
}

/// Plays those checks of `exercise` that are named in `only`, or all if that is empty, on
/// `program`, which the command `jail` starts.
pub fn play(
    exercise: &'static Exercise,
    only: &[String],
    program: PathBuf,
    seed: u64,
    jail: Vec<OsString>,
) -> Result<()> {
    // A program that leaves its family becomes a child of ours, and ends with us.
    set_child_subreaper(Some(getpid())).context("cannot look after the program's children")?;
    let watchman = Watchman::default();
    let at_the_end = watchman.clone();
    ctrlc::set_handler(move || {
        at_the_end.end_all();
        exit(130);
    })?;
    // Should the machine's memory run out all the same, this is to go first (proc(5)).
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
    let mut tasks = Task::all(exercise, &Launcher::new(program, seed).in_jail(jail.clone()));
    tasks.retain(|task| only.is_empty() || only.iter().any(|name| name == task.check.name));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                if nobody_listens() {
                    // Whoever has started us was killed before he could end us.
                    watchman.end_all();
                    exit(1);
                }
                watchman.look();
                thread::sleep(Duration::from_millis(50)); // between two looks
            }
        });
        play_all(&tasks, &jail, &watchman);
        done.store(true, Ordering::Relaxed);
    });
    watchman.end_all();
    wait_for_the_end();
    Ok(())
}

/// Whether the other end of stdout is closed (poll(2)).
fn nobody_listens() -> bool {
    let stdout = stdout();
    let mut looked_at = [PollFd::new(&stdout, PollFlags::empty())];
    let found = poll(&mut looked_at, Some(&Timespec::default()));
    found.is_ok() && looked_at[0].revents().contains(PollFlags::ERR)
}

fn play_all(tasks: &[Task], jail: &[OsString], watchman: &Watchman) {
    let mut possible = Vec::new();
    for task in tasks {
        match task.check.needs.missing() {
            // Not played is not passed.
            Some(reason) => say(task, &Outcome::grader_error(reason), true),
            None => possible.push(task.clone()),
        }
    }
    checks::run(&possible, AT_ONCE, |task, outcome| {
        let failed = outcome.verdict != Verdict::Pass;
        // A program that has not even been started has not failed. But it may print these words, too.
        let no_jail = |line: &&str| ["bwrap: ", "prlimit: "].iter().any(|it| line.starts_with(it));
        let no_jail = outcome.printed[1].lines().find(no_jail).filter(|_| failed);
        if let Some(why) = no_jail.filter(|_| !works(jail)) {
            return say(task, &Outcome::grader_error(why), true);
        }
        let late = failed && outcome.took >= task.check.deadline;
        let doubtful = late || no_jail.is_some() || outcome.verdict == Verdict::GraderError;
        say(task, &watchman.explains(outcome), doubtful);
    });
}

/// Whether a jail can be made, and a program be started in it.
fn works(jail: &[OsString]) -> bool {
    let mut tried = command(jail.iter().cloned().chain(["true".into()]));
    tried.output().is_ok_and(|output| output.status.success())
}

fn say(task: &Task, outcome: &Outcome, doubtful: bool) {
    let checked = Checked::played(task, outcome);
    let Ok(mut line) = serde_json::to_vec(&Said { checked, doubtful }) else { return };
    line.push(b'\n');
    let mut stdout = stdout().lock();
    // If nobody listens any more, nobody waits for this either.
    let _ = stdout.write_all(&line).and_then(|()| stdout.flush());
}

/// Waits until all that has been ended is gone, so that nothing is left when we are gone.
fn wait_for_the_end() {
    let start = Instant::now();
    // Fails when there is no child any more.
    while let Ok(ended) = wait(WaitOptions::NOHANG) {
        if ended.is_none() {
            thread::sleep(Duration::from_millis(2)); // between two looks
        }
        if start.elapsed() > Duration::from_secs(10) {
            return;
        }
    }
}
