//! Commands that a reader is told to type: what they name must be there.

use std::path::Path;

use anyhow::{Context, Result};

use crate::page::Page;
use crate::problem::Problems;
use crate::project::Project;
use crate::task;

/// Commands that can stand in a line beside ours and need no proof.
const HARMLESS: [&str; 3] = ["printf", "cd", "head"];

/// What a reader asks cargo for.
const CARGO: [&str; 3] = ["build", "run", "test"];

/// The packages that a class copy is without. Its pages are the same, and name them.
const TEACHERS: [&str; 2] = ["gradebook", "keys"];

/// What a command of ours may name.
struct Known {
    makefile: String,
    packages: Vec<String>,
    snapshots: Vec<(String, String)>,
    exercises: Vec<String>,
}

/// What the graders read from the environment, so that it may stand before a command.
const VARIABLES: [&str; 2] = ["HINT=", "SEED="];

pub fn check(
    project: &Project,
    pages: &[Page],
    tasks: &[Page],
    problems: &mut Problems,
) -> Result<()> {
    let known = Known {
        makefile: project.read(Path::new("Makefile"))?,
        packages: packages(project)?,
        snapshots: project.snapshots()?,
        exercises: tasks.iter().filter_map(|task| task::name(&task.file)).collect(),
    };
    for page in pages.iter().chain(tasks) {
        let is_task = task::name(&page.file).is_some();
        for block in page.blocks() {
            if block.info.as_deref() != Some("sh") {
                continue;
            }
            for (index, line) in block.body.lines().enumerate() {
                // What an exercise is tried with shows no output that could be wrong.
                let checked = !is_task || is_ours(line);
                if let Err(what) = if checked { known.line(line) } else { Ok(()) } {
                    problems.add(&page.file, block.line + 1 + index, what);
                }
            }
        }
        for (code, line) in page.short_code() {
            if let Err(what) = if is_ours(&code) { known.line(&code) } else { Ok(()) } {
                problems.add(&page.file, line, what);
            }
        }
    }
    Ok(())
}

/// Whether a command asks for something of this project.
fn is_ours(command: &str) -> bool {
    let ours = ["make ", "cargo "].into_iter().chain(VARIABLES);
    ours.into_iter().any(|start| command.starts_with(start))
}

/// The name of every package of the workspace.
fn packages(project: &Project) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in ["chapters", "tests", "book"] {
        for file in project.files(Path::new(folder), "toml")? {
            if !file.ends_with("Cargo.toml") {
                continue;
            }
            let manifest: toml::Table = project
                .read(&file)?
                .parse()
                .with_context(|| format!("cannot read {}", file.display()))?;
            let name = manifest.get("package").and_then(|package| package.get("name"));
            names.extend(name.and_then(toml::Value::as_str).map(str::to_owned));
        }
    }
    Ok(names)
}

impl Known {
    /// One line of a block: commands joined by pipes, or a comment.
    fn line(&self, line: &str) -> Result<(), String> {
        let command = line.split(" #").next().unwrap_or_default().trim();
        if command.is_empty() || command.starts_with('#') || self.recorded(command) {
            return Ok(());
        }
        let mut parts = command.split(" | ").flat_map(|part| part.split(" && "));
        parts.try_for_each(|part| self.command(part))
    }

    /// Whether a recording begins with this command.
    fn recorded(&self, command: &str) -> bool {
        let typed = format!("$ {command}");
        self.snapshots.iter().any(|(_, text)| text.lines().any(|line| line == typed))
    }

    fn command(&self, command: &str) -> Result<(), String> {
        let words = shlex::split(command).ok_or("a quote is left open")?;
        if let Some(sign) = command.find([';', '&', '|', '<', '>', '$', '`', '(']) {
            let hidden = &command[sign..];
            return Err(format!("no recording has run {hidden:?}: give a command its own line"));
        }
        let is_variable = |word: &&String| VARIABLES.iter().any(|it| word.starts_with(it));
        let words = &words[words.iter().take_while(is_variable).count()..];
        match words.first().map_or("", String::as_str) {
            "make" => self.make(&words[1..]),
            "cargo" => self.cargo(&words[1..]),
            word if HARMLESS.contains(&word) => Ok(()),
            _ => Err(format!("no recording has run {command:?}")),
        }
    }

    /// `make TARGET… NAME=VALUE…`
    fn make(&self, words: &[String]) -> Result<(), String> {
        let is_variable = |word: &&String| word.contains('=');
        let targets: Vec<_> = words.iter().filter(|word| !is_variable(word)).collect();
        for target in &targets {
            let rule = format!("{target}:");
            if !self.makefile.lines().any(|line| line.starts_with(&rule)) {
                return Err(format!("the Makefile has no target {target:?}"));
            }
        }
        for variable in words.iter().filter(is_variable) {
            let (name, value) = variable.split_once('=').unwrap_or_default();
            if !self.makefile.contains(&format!("$({name})")) {
                return Err(format!("the Makefile has no variable {name:?}"));
            }
            let arguments = shlex::split(value).ok_or("a quote is left open")?;
            for target in &targets {
                self.arguments_of_target(target, name, &arguments)?;
            }
        }
        Ok(())
    }

    /// The arguments that a variable hands to the program that a target runs.
    fn arguments_of_target(
        &self,
        target: &str,
        variable: &str,
        arguments: &[String],
    ) -> Result<(), String> {
        let variable = format!("$({variable})");
        let mut lines = self.makefile.lines();
        lines.find(|line| line.starts_with(&format!("{target}:")));
        let recipe = lines.next().unwrap_or_default();
        let words: Vec<_> = recipe.split_whitespace().map(str::to_owned).collect();
        let start = words.iter().position(|word| word == "run").unwrap_or(0);
        let words = words.iter().map(|word| word.as_str());
        let handed_on = words.skip(start).flat_map(|word| match word {
            word if word == variable => arguments.to_vec(),
            word if word.contains('$') => vec![], // what make puts there
            word => vec![word.to_owned()],
        });
        self.cargo(&handed_on.collect::<Vec<_>>())
    }

    /// `cargo COMMAND --package NAME -- ARGUMENTS`
    fn cargo(&self, words: &[String]) -> Result<(), String> {
        let subcommand = words.first().map_or("", String::as_str);
        if !CARGO.contains(&subcommand) {
            return Err(format!("a reader needs no \"cargo {subcommand}\""));
        }
        if words.iter().any(|word| word.starts_with("--package=")) {
            return Err("a package is named after a space: --package NAME".into());
        }
        let named = words.iter().position(|word| word == "-p" || word == "--package");
        let package = named.and_then(|index| words.get(index + 1));
        let Some(package) = package else {
            return if subcommand == "run" {
                Err("cargo run names its program: -p PACKAGE".into())
            } else {
                Ok(())
            };
        };
        if !self.packages.contains(package) {
            if TEACHERS.contains(&package.as_str()) {
                return Ok(());
            }
            return Err(format!("no package is called {package:?}"));
        }
        match words.iter().position(|word| word == "--") {
            Some(end) if subcommand == "run" => self.flags(package, &words[end + 1..]),
            _ => Ok(()),
        }
    }

    /// Flags are known from the snapshots of `--help`, which a test compares with the program's. An
    /// exercise's are known from its checks, which the solution passes.
    fn flags(&self, package: &str, arguments: &[String]) -> Result<(), String> {
        if package.starts_with("ex") {
            return Ok(());
        }
        if package == "checks" {
            let unknown = arguments.iter().find(|name| !self.exercises.contains(name));
            return unknown.map_or(Ok(()), |name| Err(format!("no exercise is called {name:?}")));
        }
        // The tests of ch02-single-server are called single_server.
        let chapter = package.strip_prefix("ch").and_then(|rest| rest.split_once('-'));
        let program = chapter.map_or(package, |(_, name)| name).replace('-', "_");
        let own = format!("{program}__help");
        let words = |subcommand: Option<&str>| -> Vec<&str> {
            let is_its = |name: &str| {
                let rest = name.strip_prefix(&own);
                let ends = |word| rest.is_some_and(|rest| rest.ends_with(&format!("_{word}")));
                subcommand.map_or(rest.is_some(), ends)
            };
            let help = self.snapshots.iter().filter(|(name, _)| is_its(name));
            help.flat_map(|(_, text)| text.split(&[' ', '\n', ',', ':'][..])).collect()
        };
        let first = arguments.first().map(String::as_str).filter(|word| !word.starts_with('-'));
        let known = words(first);
        if let Some(word) = first.filter(|word| known.is_empty() && !words(None).contains(word)) {
            return Err(format!("{package} knows no {word:?}"));
        }
        for flag in arguments.iter().filter(|word| word.starts_with('-')) {
            let flag = flag.split('=').next().unwrap_or_default();
            if !known.contains(&flag) && flag != "--help" {
                return Err(format!("{package} has no flag {flag}"));
            }
        }
        Ok(())
    }
}
