//! Plays checks, several at once.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Check, Exercise, Failed, Launcher, MOST_TIMES, Outcome, Stage, Verdict};

/// One check of one program.
#[derive(Clone)]
pub struct Task {
    /// The exercise to which the check belongs.
    pub exercise: &'static Exercise,
    /// The check.
    pub check: &'static Check,
    /// How the program is started.
    pub launcher: Launcher,
}

impl Task {
    /// All checks of an exercise, for one program.
    pub fn all(exercise: &'static Exercise, launcher: &Launcher) -> Vec<Self> {
        let task = |check| Self { exercise, check, launcher: launcher.clone() };
        exercise.checks.iter().map(task).collect()
    }

    /// Plays the check. Returns at its deadline at the latest, whatever the program does. On a busy
    /// machine that may be later, up to [`MOST_TIMES`] the deadline; when 20 seconds more have
    /// passed, the grader itself is stuck, which is an error of the grader.
    pub fn play(&self) -> Outcome {
        let start = Instant::now();
        let (send, receive) = mpsc::channel();
        let task = self.clone();
        // In a thread that can be left behind.
        thread::spawn(move || {
            let played = catch_unwind(AssertUnwindSafe(|| play(task.check, &task.launcher)));
            let _ =
                send.send(played.unwrap_or_else(|panic| Outcome::grader_error(message(&*panic))));
        });
        let limit = self.check.deadline * MOST_TIMES + Duration::from_secs(20);
        let outcome = receive.recv_timeout(limit);
        let outcome = outcome.unwrap_or_else(|_| Outcome::grader_error("the check is stuck"));
        Outcome { took: start.elapsed(), ..outcome }
    }
}

/// Plays all these checks, so many at once, and tells `done` of each as it ends. Returns the
/// outcomes in the order of the tasks.
pub fn run(tasks: &[Task], at_once: usize, done: impl Fn(&Task, &Outcome) + Sync) -> Vec<Outcome> {
    let next = Mutex::new(tasks.iter().enumerate());
    let outcomes = Mutex::new(vec![None; tasks.len()]);
    thread::scope(|scope| {
        for _ in 0..at_once.clamp(1, tasks.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let task = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((index, task)) = task else { return };
                    let outcome = task.play();
                    done(task, &outcome);
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(outcome);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.into_iter().map(|it| it.expect("every task has been played")).collect()
}

fn play(check: &Check, launcher: &Launcher) -> Outcome {
    let stage = match Stage::new(launcher, check.deadline) {
        Ok(stage) => stage,
        Err(failed) => return Outcome::grader_error(failed.came),
    };
    let failed = (check.play)(&stage).err();
    let story = stage.story();
    let printed = if failed.is_some() { stage.printed() } else { Default::default() };
    let verdict = failed.as_ref().map_or(Verdict::Pass, |failed: &Failed| failed.verdict);
    Outcome { verdict, failed, story, printed, took: Duration::ZERO }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "the check has panicked".to_owned())
}
