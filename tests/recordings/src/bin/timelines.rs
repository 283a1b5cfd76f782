//! Records the conversation of a chapter: who waits for whom in it.
//!
//! Start it: make timeline-ch04

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use recordings::timelines::ALL;
use timeline::{files, tool};

/// Record a scripted conversation of a chapter's programs, and write a page that shows it.
#[derive(Parser)]
struct Cli {
    /// The chapter's number, such as 04
    chapter: String,

    /// Where to write the recording; its picture and its page are written beside it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let conversation = ALL.iter().find(|it| it.chapter == cli.chapter).with_context(|| {
        let known: Vec<_> = ALL.iter().map(|it| it.chapter).collect();
        format!(
            "there is no conversation of chapter {:?} (there: {})",
            cli.chapter,
            known.join(", ")
        )
    })?;
    tool::is_installed()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let recording = conversation.record(root.context("the project has a folder")?);
    let page = files::write(&recording, &cli.out)?;
    files::tell(&page, conversation.title, cli.open);
    Ok(())
}
