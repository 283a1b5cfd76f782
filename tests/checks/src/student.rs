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
    let seed = match number("HINT").and_then(|_| seed()) {
        Ok(seed) => seed,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
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
    text += &hints(task.exercise, task.check.hints, number("HINT").ok().flatten().unwrap_or(1));
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

/// The seed that `SEED` gives; if there is none, one by chance.
///
/// # Errors
///
/// If it is no number; the error says so, and what to do.
pub fn seed() -> Result<u64, String> {
    Ok(number("SEED")?.unwrap_or_else(|| fastrand::u64(..1_000_000)))
}

fn number(variable: &str) -> Result<Option<u64>, String> {
    let Ok(text) = env::var(variable) else { return Ok(None) };
    let number = text.parse().map(Some);
    number.map_err(|_| format!("{variable} is a number, such as {variable}=2, and not {text:?}"))
}
