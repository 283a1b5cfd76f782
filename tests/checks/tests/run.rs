//! Whatever a program does, its check ends with a verdict, and nothing of it stays.

use std::path::Path;
use std::time::{Duration, Instant};

use checks::{Check, Exercise, Launcher, Needs, Outcome, Played, Stage, Task, Verdict};

/// An exercise with one check, which plays this.
macro_rules! exercise {
    ($deadline:expr, $play:expr) => {{
        static EXERCISE: Exercise = Exercise {
            name: "00-misbehave",
            chapter: "00",
            checks: &[Check {
                name: "it behaves",
                points: 10,
                hints: &["Look at it.", "It does not."],
                page: "grading.md#what-a-check-can-say",
                deadline: $deadline,
                needs: Needs::Nothing,
                play: $play,
            }],
        };
        &EXERCISE
    }};
}

fn tasks(exercise: &'static Exercise) -> Vec<Task> {
    Task::all(exercise, &Launcher::new(env!("CARGO_BIN_EXE_misbehave"), 1))
}

fn play(exercise: &'static Exercise) -> Outcome {
    tasks(exercise)[0].play()
}

const LONG: Duration = Duration::from_secs(60);

fn came(outcome: &Outcome) -> &str {
    outcome.failed.as_ref().map_or("nothing failed", |failed| &failed.came)
}

#[test]
fn a_program_that_hangs_is_a_timeout_long_before_the_deadline() {
    let start = Instant::now();
    let outcome = play(exercise!(LONG, |stage| {
        stage.start(&["hang"])?.prints("hello")?;
        Ok(())
    }));
    assert_eq!(outcome.verdict, Verdict::Timeout, "{}", outcome.told());
    assert!(came(&outcome).contains("asleep"), "{}", outcome.told());
    assert!(start.elapsed() < LONG / 2);
}

/// Who has ended, and is not asked how, is not one that ends: nothing more will come of it.
#[test]
fn a_zombie_does_not_hide_that_its_parent_hangs() {
    let outcome = play(exercise!(Duration::from_secs(3), |stage| {
        stage.start(&["hang with a zombie"])?.prints("hello")?;
        Ok(())
    }));
    assert_eq!(outcome.verdict, Verdict::Timeout, "{}", outcome.told());
    assert!(came(&outcome).contains("asleep"), "{}", outcome.told());
}

#[test]
fn a_program_that_spins_is_a_timeout_too() {
    let outcome = play(exercise!(LONG, |stage| {
        stage.start(&["spin"])?.prints("hello")?;
        Ok(())
    }));
    assert_eq!(outcome.verdict, Verdict::Timeout, "{}", outcome.told());
    assert!(came(&outcome).contains("busy"), "{}", outcome.told());
}

#[test]
fn a_program_that_does_not_rest_has_until_the_deadline() {
    let outcome = play(exercise!(Duration::from_secs(2), |stage| {
        stage.start(&["tick"])?.prints("hello")?;
        Ok(())
    }));
    assert_eq!(outcome.verdict, Verdict::Timeout, "{}", outcome.told());
    assert!(came(&outcome).contains("within 2 s"), "{}", outcome.told());
}

#[test]
fn a_flood_is_cut_off() {
    let outcome = play(exercise!(LONG, |stage| {
        stage.start(&["flood"])?.prints("hello")?;
        Ok(())
    }));
    assert_eq!(outcome.verdict, Verdict::Timeout, "{}", outcome.told());
    assert!(came(&outcome).contains("without end"), "{}", outcome.told());
    assert!(outcome.printed[0].len() < 10_000, "{} bytes", outcome.printed[0].len());
}

#[test]
fn a_panic_is_told() {
    let outcome = play(exercise!(LONG, |stage| {
        stage.start(&["panic"])?.prints("hello")?;
        Ok(())
    }));
    assert_eq!(outcome.verdict, Verdict::Fail, "{}", outcome.told());
    assert!(came(&outcome).contains("has panicked"), "{}", outcome.told());
    assert!(outcome.printed[1].contains("as it was told"), "{:?}", outcome.printed);
}

/// The child holds the pipes open, and nobody waits for it.
fn leaves_a_child(stage: &Stage) -> Played {
    let program = stage.start(&["leave a child"])?;
    program.exits_with(0)?;
    program.prints("a line that never comes")?;
    Ok(())
}

#[test]
fn a_child_that_stays_holds_nobody_up_and_is_ended() {
    let start = Instant::now();
    let outcome = play(exercise!(LONG, leaves_a_child));
    assert!(start.elapsed() < LONG / 2, "{}", outcome.told());
    let child = outcome.printed[0].lines().next().expect("it has named its child").to_owned();
    is_gone(&child);
}

#[cfg(target_os = "linux")]
#[test]
fn a_daemon_is_ended_with_the_grading() {
    let outcomes = checks::run(
        &tasks(exercise!(LONG, |stage| {
            let program = stage.start(&["leave a daemon"])?;
            program.exits_with(0)?;
            program.prints("a line that never comes")?;
            Ok(())
        })),
        1,
        |_, _| (),
    );
    let child = outcomes[0].printed[0].lines().next().expect("it has named its child").to_owned();
    is_gone(&child);
}

/// Waits until a process has ended, or is a zombie that nobody has asked about.
fn is_gone(id: &str) {
    let start = Instant::now();
    let stat = format!("/proc/{id}/stat");
    let runs = || {
        let text = std::fs::read_to_string(&stat).unwrap_or_default();
        Path::new(&stat).exists() && !text.contains(") Z ")
    };
    while runs() {
        assert!(start.elapsed() < Duration::from_secs(10), "process {id} still runs");
        std::thread::sleep(Duration::from_millis(1)); // between two looks
    }
}

#[test]
fn a_check_that_panics_is_an_error_of_the_grader() {
    let outcome = play(exercise!(LONG, |_| panic!("a mistake in the check")));
    assert_eq!(outcome.verdict, Verdict::GraderError);
    assert!(came(&outcome).contains("a mistake in the check"), "{}", outcome.told());
}

#[test]
fn a_program_cannot_be_told_that_it_is_graded() {
    let outcome = play(exercise!(LONG, |stage| {
        let program = stage.start(&["environment"])?;
        program.prints("cargo")?;
        Ok(())
    }));
    let printed = &outcome.printed[0];
    assert!(printed.lines().next().is_some_and(|names| names == "[\"PATH\"]"), "{printed}");
}

#[test]
fn checks_are_played_at_once() {
    let exercise = exercise!(LONG, |stage| {
        stage.start(&["hang"])?.prints("hello")?;
        Ok(())
    });
    let tasks: Vec<_> = std::iter::repeat_n(tasks(exercise), 20).flatten().collect();
    let start = Instant::now();
    let outcomes = checks::run(&tasks, 20, |_, _| ());
    assert!(outcomes.iter().all(|outcome| outcome.verdict == Verdict::Timeout));
    // One after the other, they would rest for 12 s in all.
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}
