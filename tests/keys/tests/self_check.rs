//! The checks, checked: for each exercise the solution passes, the starter fails, and every wrong
//! program fails exactly the checks that its description names, in the words that are recorded.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use checks::compile::Compiler;
use checks::{Exercise, Launcher, Outcome, Task, Verdict};
use keys::{Key, root};
use libtest_mimic::{Arguments, Trial};
use regex_lite::Regex;

fn main() -> ExitCode {
    match trials() {
        Ok(trials) => {
            let mut arguments = Arguments::from_args();
            arguments.test_threads = arguments.test_threads.or(Some(4));
            libtest_mimic::run(&arguments, trials).exit_code()
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn trials() -> Result<Vec<Trial>> {
    let compiler = Arc::new(Compiler::prepare(&root(), None)?);
    let mut trials = Vec::new();
    for exercise in checks::all() {
        let key = Arc::new(Key::read(exercise)?);
        let mut add = |name: String, test: fn(&Subject) -> Result<()>, wrong: Option<&String>| {
            let subject = Subject {
                exercise,
                key: Arc::clone(&key),
                compiler: Arc::clone(&compiler),
                wrong: wrong.cloned(),
            };
            let test = move || test(&subject).map_err(|error| format!("{error:#}").into());
            trials.push(Trial::test(format!("{}: {name}", exercise.name), test));
        };
        add("the solution passes".into(), the_solution_passes, None);
        add("the starter fails, and prints its hint".into(), the_starter_fails, None);
        add("every check tells programs apart".into(), every_check_tells_programs_apart, None);
        for name in key.wrong.keys() {
            add(name.clone(), fails_exactly_its_set, Some(name));
        }
    }
    Ok(trials)
}

/// What a test is about.
struct Subject {
    exercise: &'static Exercise,
    key: Arc<Key>,
    compiler: Arc<Compiler>,
    wrong: Option<String>,
}

fn the_solution_passes(subject: &Subject) -> Result<()> {
    for (task, outcome) in subject.play(&subject.key.solution)? {
        let told = outcome.told();
        ensure!(
            outcome.verdict == Verdict::Pass,
            "{}: {}\n{told}",
            task.check.name,
            outcome.verdict
        );
    }
    Ok(())
}

fn the_starter_fails(subject: &Subject) -> Result<()> {
    let played = subject.play(&subject.key.starter)?;
    let (task, outcome) = played
        .iter()
        .find(|(_, outcome)| outcome.verdict != Verdict::Pass)
        .context("the starter passes every check")?;
    let report = checks::report(task, outcome);
    let hint = task.check.hints.first().context("a check has a hint")?;
    ensure!(report.contains(hint), "there is no hint in the report:\n{report}");
    // Kept with the checks, because the book shows it, and a class has the book without the keys.
    let text = format!("---- {} ----\n{}", task.check.name, stable(&report));
    let name = format!("{}__starter", subject.exercise.name);
    record("../../checks/tests/snapshots", task.check.name, &name, text.trim_end());
    Ok(())
}

/// A check that no wrong program fails proves nothing, and one that fails together with all others
/// does not say what is wrong.
fn every_check_tells_programs_apart(subject: &Subject) -> Result<()> {
    let wrong = &subject.key.wrong;
    ensure!(wrong.len() >= 5, "{} wrong programs are too few", wrong.len());
    for check in subject.exercise.checks {
        let some = wrong.values().any(|wrong| {
            wrong.fails.contains_key(check.name)
                && wrong.fails.len() < subject.exercise.checks.len()
        });
        ensure!(some, "no wrong program fails {:?} and passes another check", check.name);
    }
    Ok(())
}

fn fails_exactly_its_set(subject: &Subject) -> Result<()> {
    let name = subject.wrong.as_ref().context("a wrong program has a name")?;
    let wrong = &subject.key.wrong[name];
    let mut failed = BTreeSet::new();
    let mut text = String::new();
    for (task, outcome) in subject.play(&wrong.apply(&subject.key.solution)?)? {
        if outcome.verdict != Verdict::Pass {
            failed.insert(task.check.name.to_owned());
            text += &format!("{}: {}\n{}\n", task.check.name, outcome.verdict, outcome.told());
        }
    }
    let expected: BTreeSet<_> = wrong.fails.keys().cloned().collect();
    let missed: Vec<_> = expected.difference(&failed).collect();
    let surplus: Vec<_> = failed.difference(&expected).collect();
    ensure!(
        failed == expected,
        "passes, but should fail: {missed:?}\nfails, but should pass: {surplus:?}\n{text}"
    );
    let name = format!("{}__{name}", subject.exercise.name);
    record("snapshots", &wrong.misconception, &name, stable(text.trim_end()).as_str());
    Ok(())
}

/// Compares a text with the one that is recorded under this name.
fn record(folder: &str, description: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(Path::new(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(description);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

impl Subject {
    /// Compiles a program and plays all checks on it.
    fn play(&self, source: &str) -> Result<Vec<(Task, Outcome)>> {
        // What the words are does not matter, but they must be the same in every run.
        const SEED: u64 = 1;
        let cache = root().join("target/keys");
        let program = self.compiler.compile(&self.exercise.package(), source, &cache)?;
        let tasks = Task::all(self.exercise, &Launcher::new(program, SEED));
        let outcomes = checks::run(&tasks, 8, |_, _| ());
        Ok(tasks.into_iter().zip(outcomes).collect())
    }
}

/// What differs in every run: ports, the loopback addresses of single checks, the thread and the place
/// that a panic names, and the times of a slow server, which takes longer on a busy machine.
fn stable(text: &str) -> String {
    const DIFFERENT: [(&str, &str); 7] = [
        (r"(127\.\d+\.\d+\.\d+|\[::1\]):\d+", "$1:PORT"),
        (r"--port [1-9]\d*", "--port PORT"),
        (r"127\.[1-9]\d*\.\d+\.\d+", "127.A.B.C"),
        (r"--timeout (0\.6|2|6)\b", "--timeout LIMIT"),
        (r"reads nothing for (240ms|300ms|800ms|1s|2\.4s|3s)\b", "reads nothing for a PART OF IT"),
        (r"our message in (600ms|2s|6s)\b", "our message in LIMIT"),
        (r"\(\d+\) panicked at \S+/(main\.rs:[\d:]+)", "panicked at src/$1"),
    ];
    DIFFERENT.iter().fold(text.to_owned(), |text, (pattern, instead)| {
        let pattern = Regex::new(pattern).expect("a valid pattern");
        pattern.replace_all(&text, *instead).into_owned()
    })
}
