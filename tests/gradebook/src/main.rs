//! Grades a class: `make gradebook SUBMISSIONS=class OUT=results`, or `--help`.

use std::fmt::Display;
use std::io::{Write, stdout};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;
use gradebook::cli::{Cli, Command};
use gradebook::{grade, grader, merge, summary};

fn main() -> ExitCode {
    // What we have inherited is not for the students' programs.
    close_fds::set_fds_cloexec(3, &[]);
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    match (cli.command, cli.grade) {
        (Some(Command::Merge { from, out }), _) => {
            let count = merge::merge(&from, &out)?;
            say(format_args!("{count} results are in {}", out.display()));
        }
        (Some(Command::Play { exercise, only, program, seed, jail }), _) => {
            let exercise = checks::exercise(&exercise).context("there is no such exercise")?;
            grader::play(exercise, &only, program, seed, jail)?;
        }
        (None, Some(grade)) => {
            let order = grade.order();
            if !order.sandbox {
                summary::warn_of_no_sandbox();
            }
            let summary = grade::grade(&order)?;
            say(format_args!("{summary}\nthe results are in {}", order.out.display()));
        }
        (None, None) => bail!("there is nothing to do; see --help"), // clap has said so already
    }
    Ok(())
}

/// Says what came of it; somebody who does not listen any more has missed nothing that is not in
/// the results.
fn say(what: impl Display) {
    let _ = writeln!(stdout(), "{what}");
}
