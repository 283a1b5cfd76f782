//! `make class-copy OUT=folder`: the repository that a class works in.

use std::env;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use gradebook::class_copy;

/// How many changed files are named.
const NAMED: usize = 5;

/// Make the repository that a class works in: no solutions, no gradebook.
///
/// Takes what is committed in the repository that you stand in, without its history.
/// The exercises are graded there by `cargo test` and `make grade`, and by GitHub at every push.
#[derive(Parser)]
#[command(verbatim_doc_comment)]
struct Cli {
    /// The folder to make; if it is there, it must be empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn main() -> ExitCode {
    match run(&Cli::parse().out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(out: &Path) -> Result<()> {
    let here = env::current_dir().context("there is no current folder")?;
    let changed = class_copy::make(&here, out)?;
    if !changed.is_empty() {
        let named = changed.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = match changed.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = "warning: the copy has what is committed; changed since, or not committed";
        writeln!(io::stderr(), "{text}: {named}{more}")?;
    }
    let out = out.display();
    // A reader that has left is no reason to fail: the copy is made.
    let _ = write!(
        io::stdout(),
        "\
The class copy is in {out}. Try it:
  cd {out}
  cargo test
  make grade
Then make a repository of it:
  git init --initial-branch=main
  git add --all
  git commit --message='Sockets, step by step'
Push it to where your class works, and invite the students: each gets a fork, or a repository made
from it as a template. On GitHub, .github/workflows/grade.yml grades each push.
"
    );
    Ok(())
}
