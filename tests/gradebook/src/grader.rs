//! The grader in its jail: plays the checks of one exercise on one program, and writes what comes
//! of each, as a line of JSON, as soon as it is known.

use std::ffi::OsString;
use std::fs;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use checks::{Exercise, Launcher, Outcome, Task, Verdict};
use rustix::process::{Pid, Signal, getpid, kill_process, set_child_subreaper};

use crate::processes;
use crate::result::Checked;

/// How many checks are played at once. They wait for the program most of the time.
pub const AT_ONCE: usize = 8;

/// How much memory all programs of one grader may have together, in bytes. The limits of the single
/// process do not add up to one for a program that starts many.
const MOST_MEMORY: u64 = 512 << 20;

/// Plays all checks of `exercise` on `program`, which the command `jail` starts.
pub fn play(
    exercise: &'static Exercise,
    program: PathBuf,
    seed: u64,
    jail: Vec<OsString>,
) -> Result<()> {
    // A program that leaves its family becomes a child of ours, and ends with us.
    set_child_subreaper(Some(getpid())).context("cannot look after the program's children")?;
    ctrlc::set_handler(|| {
        end_all();
        std::process::exit(130);
    })?;
    // Should the machine's memory run out all the same, this is to go first (proc(5)).
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                bound_memory();
                thread::sleep(Duration::from_millis(50)); // between two looks
            }
        });
        let launcher = Launcher::new(program, seed).in_jail(jail);
        play_all(&Task::all(exercise, &launcher));
        done.store(true, Ordering::Relaxed);
    });
    end_all();
    Ok(())
}

fn play_all(tasks: &[Task]) {
    let mut possible = Vec::new();
    for task in tasks {
        match task.check.needs.missing() {
            // Not played is not passed.
            Some(reason) => say(task, &Outcome::grader_error(reason)),
            None => possible.push(task.clone()),
        }
    }
    checks::run(&possible, AT_ONCE, say);
}

fn say(task: &Task, outcome: &Outcome) {
    // A program that has not even been started has not failed.
    let no_jail = |line: &&str| ["bwrap: ", "prlimit: "].iter().any(|it| line.starts_with(it));
    if outcome.verdict != Verdict::Pass
        && let Some(why) = outcome.printed[1].lines().find(no_jail)
    {
        return write(task, &Outcome::grader_error(why));
    }
    write(task, outcome);
}

fn write(task: &Task, outcome: &Outcome) {
    let Ok(mut line) = serde_json::to_vec(&Checked::played(task, outcome)) else { return };
    line.push(b'\n');
    let mut stdout = stdout().lock();
    // If nobody listens any more, nobody waits for this either.
    let _ = stdout.write_all(&line).and_then(|()| stdout.flush());
}

/// Ends the largest of the programs if all of them together are too large.
fn bound_memory() {
    let mut programs = processes::families();
    programs.sort_by_key(|program| program.memory);
    let all: u64 = programs.iter().map(|program| program.memory).sum();
    if all > MOST_MEMORY
        && let Some(largest) = programs.last()
    {
        // It is the program's jail, and the program ends with it.
        kill(largest.members.iter());
    }
}

fn end_all() {
    kill(processes::families().iter().flat_map(|program| &program.members));
}

fn kill<'a>(ids: impl Iterator<Item = &'a u32>) {
    for id in ids.filter_map(|id| Pid::from_raw(i32::try_from(*id).ok()?)) {
        // Fails for one that has ended meanwhile.
        let _ = kill_process(id, Signal::KILL);
    }
}
