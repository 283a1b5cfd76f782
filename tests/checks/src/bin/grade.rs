//! `make grade`: every exercise, its checks and points, in one table.
//!
//! `make grade EX=02-notice-eof` grades that one. The exit status is 0 however much is unsolved;
//! it is 1 if grading itself could not be done, and 2 if there is no such exercise. `SEED=7` says the
//! same words to the programs as a run that had that seed.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use checks::compile::{self, Programs};
use checks::{Check, Exercise, Launcher, Outcome, Task, Verdict, all};
use comfy_table::{ContentArrangement, Table, presets};

fn main() -> ExitCode {
    let names: Vec<String> = env::args().skip(1).collect();
    let Some(exercises) = chosen(&names) else {
        let known: Vec<_> = all().iter().map(|exercise| exercise.name).collect();
        eprintln!("error: no exercise is called {}; there are:", names.join(", "));
        eprintln!("  {}", known.join("\n  "));
        return ExitCode::from(2);
    };
    let seed = match checks::seed() {
        Ok(seed) => seed,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    match grade(&exercises, seed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The exercises of these names, all if there are none; `None` if one is unknown.
fn chosen(names: &[String]) -> Option<Vec<&'static Exercise>> {
    if names.is_empty() {
        return Some(all());
    }
    names.iter().map(|name| checks::exercise(name)).collect()
}

fn grade(exercises: &[&'static Exercise], seed: u64) -> Result<()> {
    let root = env::current_dir().context("there is no current folder")?;
    let programs = compile::exercises(&root, exercises)?;
    let mut tasks = Vec::new();
    for exercise in exercises {
        if let Ok(program) = &programs[exercise.name] {
            tasks.extend(Task::all(exercise, &Launcher::new(program, seed)));
        }
    }
    tasks.retain(|task| task.check.needs.missing().is_none());
    let outcomes = play(&tasks);
    let mut table = table();
    let (mut earned, mut most) = (0, 0);
    for exercise in exercises {
        let played: Vec<_> = tasks.iter().zip(&outcomes).collect();
        let played = played.into_iter().filter(|(task, _)| task.exercise.name == exercise.name);
        let (passed, failed): (Vec<_>, Vec<_>) =
            played.partition(|(_, outcome)| outcome.verdict == Verdict::Pass);
        let points: u32 = passed.iter().map(|(task, _)| task.check.points).sum();
        table.add_row([
            exercise.name.to_owned(),
            format!("{} of {}", passed.len(), exercise.checks.len()),
            format!("{points} of {}", exercise.points()),
            remark(exercise, &programs, failed.first().copied()),
        ]);
        earned += points;
        most += exercise.points();
    }
    table.add_row(["all".to_owned(), String::new(), format!("{earned} of {most}"), String::new()]);
    println!("{table}");
    println!("One exercise in full, with what happened: cargo test -p ex02-notice-eof");
    println!("Again with the same words: SEED={seed}");
    Ok(())
}

/// Plays the checks, and says on a terminal how far it is.
fn play(tasks: &[Task]) -> Vec<Outcome> {
    let done = AtomicUsize::new(0);
    let shown = io::stderr().is_terminal();
    let outcomes = checks::run(tasks, 16, |task, _| {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if shown {
            let text = format!("{done} of {} checks: {}", tasks.len(), task.exercise.name);
            eprint!("\r\x1b[K{text}");
            let _ = io::stderr().flush();
        }
    });
    if shown {
        eprint!("\r\x1b[K");
    }
    outcomes
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let width = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    table.set_width(width.unwrap_or(100));
    table.set_header(["exercise", "checks", "points", "the first check that fails, and a hint"]);
    table
}

/// What to say of an exercise: why it does not compile, the first check that fails, or which cannot
/// be played on this machine.
fn remark(
    exercise: &Exercise,
    programs: &Programs,
    first_failed: Option<(&Task, &Outcome)>,
) -> String {
    if let Err(message) = &programs[exercise.name] {
        return format!("build error: {}", message.lines().next().unwrap_or(""));
    }
    if let Some((task, outcome)) = first_failed {
        let hint = task.check.hints.first().unwrap_or(&"");
        return format!("{} ({})\nhint: {hint}", task.check.name, outcome.verdict);
    }
    let not_played = |check: &Check| Some(format!("{} ({})", check.name, check.needs.missing()?));
    match exercise.checks.iter().filter_map(not_played).collect::<Vec<_>>() {
        none if none.is_empty() => "all passed".to_owned(),
        some => format!("all passed that can be played here; not played:\n{}", some.join("\n")),
    }
}
