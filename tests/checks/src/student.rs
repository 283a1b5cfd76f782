//! The checks as a student sees them: `cargo test -p ex02-notice-eof`.

use std::env;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use libtest_mimic::{Arguments, Trial};

use crate::{Exercise, Launcher, Outcome, Task, Verdict, exercise};

/// Plays the checks of an exercise on `program`, as a test of cargo's would. This is the `main` of
/// an exercise's `tests/grade.rs`.
///
/// `HINT=2` shows two hints for each check that fails. `SEED=7` repeats a run that had that seed.
///
/// # Panics
///
/// If there is no exercise of this name.
pub fn grade(name: &str, program: &str) -> ExitCode {
    let exercise = exercise(name).unwrap_or_else(|| panic!("there is no exercise {name:?}"));
    for variable in ["HINT", "SEED"] {
        if let (Ok(text), None) = (env::var(variable), number(variable)) {
            eprintln!("error: {variable} is a number, such as {variable}=2, and not {text:?}");
            return ExitCode::from(2);
        }
    }
    let seed = number("SEED").unwrap_or_else(|| fastrand::u64(..1_000_000));
    let launcher = Launcher::new(program, seed);
    let earned = Arc::new(AtomicU32::new(0));
    let tasks = Task::all(exercise, &launcher);
    let trials = tasks.into_iter().map(|task| trial(task, Arc::clone(&earned))).collect();
    let mut arguments = Arguments::from_args();
    // They wait for the program most of the time.
    arguments.test_threads = arguments.test_threads.or(Some(8));
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        println!("{} of {} points\n", earned.load(Ordering::Relaxed), exercise.points());
    }
    conclusion.exit_code()
}

fn trial(task: Task, earned: Arc<AtomicU32>) -> Trial {
    let reason = task.check.needs.missing();
    let ignored = reason.is_some();
    Trial::test(task.check.name, move || {
        let outcome = task.play();
        match outcome.verdict {
            Verdict::Pass => {
                earned.fetch_add(task.check.points, Ordering::Relaxed);
                Ok(())
            }
            _ => Err(report(&task, &outcome).into()),
        }
    })
    .with_ignored_flag(ignored)
    .with_kind(reason.unwrap_or_default())
}

/// All that helps: what happened, what the program printed, hints, where to read.
pub fn report(task: &Task, outcome: &Outcome) -> String {
    let mut text = outcome.told();
    for (stream, printed) in ["stdout", "stderr"].iter().zip(&outcome.printed) {
        if !printed.is_empty() {
            text += &format!("your program's {stream}:\n");
            text.extend(printed.lines().map(|line| format!("  {line}\n")));
        }
    }
    text += &hints(task.exercise, task.check.hints, number("HINT").unwrap_or(1));
    text += &format!("read: book/en/{} (make book shows it in a browser)\n", task.check.page);
    text + &format!("again with the same words: SEED={}\n", task.launcher.seed)
}

/// So many hints, and how to get the next.
fn hints(exercise: &Exercise, hints: &[&str], count: u64) -> String {
    let count = usize::try_from(count).unwrap_or(usize::MAX).clamp(1, hints.len());
    let mut text = String::new();
    for (index, hint) in hints.iter().take(count).enumerate() {
        text += &format!("hint {} of {}: {hint}\n", index + 1, hints.len());
    }
    if count < hints.len() {
        text += &format!("  (the next: HINT={} cargo test -p {})\n", count + 1, exercise.package());
    }
    text
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}
