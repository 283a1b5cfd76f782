//! `make grade`: every exercise, its checks and points, in one table.
//!
//! `make grade EX=02-notice-eof` grades that one. The exit status is 0 however much is unsolved;
//! it is 1 if grading itself could not be done, and 2 if there is no such exercise.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use checks::compile::{self, Programs};
use checks::{Exercise, Launcher, Outcome, Task, Verdict, all};
use comfy_table::{ContentArrangement, Table, presets};

fn main() -> ExitCode {
    let names: Vec<String> = env::args().skip(1).collect();
    let Some(exercises) = chosen(&names) else {
        let known: Vec<_> = all().iter().map(|exercise| exercise.name).collect();
        eprintln!("error: no exercise is called {}; there are:", names.join(", "));
        eprintln!("  {}", known.join("\n  "));
        return ExitCode::from(2);
    };
    match grade(&exercises) {
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

fn grade(exercises: &[&'static Exercise]) -> Result<()> {
    let root = env::current_dir().context("there is no current folder")?;
    let programs = compile::exercises(&root, exercises)?;
    let seed = env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    let mut tasks = Vec::new();
    for exercise in exercises {
        if let Ok(program) = &programs[exercise.name] {
            tasks.extend(Task::all(exercise, &Launcher::new(program, seed)));
        }
    }
    let outcomes = play(&tasks);
    print(exercises, &programs, &tasks, &outcomes);
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

fn print(
    exercises: &[&'static Exercise],
    programs: &Programs,
    tasks: &[Task],
    outcomes: &[Outcome],
) {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let width = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    table.set_width(width.unwrap_or(100));
    table.set_header(["exercise", "checks", "points", "the first check that fails, and a hint"]);
    let (mut earned, mut most) = (0, 0);
    for exercise in exercises {
        let played: Vec<_> = tasks
            .iter()
            .zip(outcomes)
            .filter(|(task, _)| task.exercise.name == exercise.name)
            .collect();
        let passed: Vec<_> =
            played.iter().filter(|(_, outcome)| outcome.verdict == Verdict::Pass).collect();
        let points: u32 = passed.iter().map(|(task, _)| task.check.points).sum();
        let first = played.iter().find(|(_, outcome)| outcome.verdict != Verdict::Pass);
        let say = match (&programs[exercise.name], first) {
            (Err(message), _) => format!("build error: {}", message.lines().next().unwrap_or("")),
            (Ok(_), Some((task, outcome))) => {
                let hint = task.check.hints.first().unwrap_or(&"");
                format!("{} ({})\nhint: {hint}", task.check.name, outcome.verdict)
            }
            (Ok(_), None) => "all passed".to_owned(),
        };
        table.add_row([
            exercise.name.to_owned(),
            format!("{} of {}", passed.len(), exercise.checks.len()),
            format!("{points} of {}", exercise.points()),
            say,
        ]);
        earned += points;
        most += exercise.points();
    }
    table.add_row(["all".to_owned(), String::new(), format!("{earned} of {most}"), String::new()]);
    println!("{table}");
    println!("One exercise in full, with what happened: cargo test -p ex02-notice-eof");
}
