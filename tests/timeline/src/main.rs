//! Records who waits for whom in running programs.
//!
//! Start it: make timeline CMD="nc -l 7000" WITH="nc -N 127.0.0.1 7000"
//! Stop it:  Ctrl-C; what has been recorded by then is kept

mod command;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use timeline::files;
use timeline::record::{Run, recording};
use timeline::sources::Sources;
use timeline::tracer::Traced;

use crate::command::{Words, words};

/// How long the first command may take until it can be connected to, and to come to its end when the
/// second has ended.
const PATIENCE: Duration = Duration::from_secs(60);
const AFTERWARDS: Duration = Duration::from_secs(1);

/// How long a program is waited for before the next look whether Ctrl-C has been pressed.
const LOOK: Duration = Duration::from_millis(100);

/// Record who waits for whom: a command, and a second one that talks to it.
///
/// The command runs under strace, and so does the second one, as soon as the first listens. When the
/// second has ended, or at Ctrl-C, the first is ended as well. What they called is written as JSON,
/// and beside it as a picture (.svg) and as a page with every step (.html).
#[derive(Parser)]
#[command(verbatim_doc_comment)]
struct Cli {
    /// The command, as you would type it; quotation marks are understood, pipes are not
    #[arg(long, value_name = "COMMAND", required_unless_present = "attach", value_parser = words)]
    cmd: Option<Words>,

    /// A second command, to be run against the first; {host} and {port} in it are where that listens
    #[arg(long, value_name = "COMMAND", value_parser = words)]
    with: Option<Words>,

    /// Look on at a program that runs already, by its process id, instead of starting one
    #[arg(long, value_name = "PID", conflicts_with = "cmd")]
    attach: Option<u32>,

    /// Where to write the recording
    #[arg(long, value_name = "FILE", default_value = "timeline.json")]
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
    let root = env::current_dir().context("cannot tell the current folder")?;
    let mut sources = Sources::below(&root);
    let runs = record(cli, &mut sources)?;
    let names: Vec<_> = [&cli.cmd, &cli.with].into_iter().flatten().map(Words::name).collect();
    let title = match names.is_empty() {
        true => "Who waits for whom".to_owned(),
        false => format!("Who waits for whom: {}", names.join(" and ")),
    };
    let recording = recording(&title, &runs, None, |stack| sources.find(stack));
    ensure!(!recording.calls.is_empty(), "nothing was recorded: did the command start?");
    let page = files::write(&recording, &cli.out)?;
    let (calls, threads) = (recording.calls.len(), recording.threads.len());
    println!("{}: {calls} calls of {threads} threads", page.display());
    if cli.open && !files::open(&page) {
        println!("Open that file in a browser.");
    }
    Ok(())
}

/// Runs the commands, the first one first.
fn record(cli: &Cli, sources: &mut Sources) -> Result<Vec<Run>> {
    let interrupted = interrupted()?;
    let folder = tempfile::tempdir().context("cannot make a folder for the traces")?;
    let [first_trace, second_trace] = ["first", "second"].map(|name| folder.path().join(name));
    let mut first = match (&cli.cmd, cli.attach) {
        (Some(command), _) => {
            Traced::start(&command.0, &first_trace, sources.are_known(command.program()))?
        }
        (None, Some(process)) => {
            let program = fs::read_link(format!("/proc/{process}/exe"));
            let program = program.with_context(|| format!("cannot look at process {process}"))?;
            Traced::attach(process, &first_trace, sources.are_known(Some(program)))?
        }
        (None, None) => unreachable!("clap demands one of them"),
    };
    let wait_for = |program: &mut Traced| {
        while !program.ends(LOOK) && !interrupted.load(Ordering::Relaxed) {}
    };
    let Some(command) = &cli.with else {
        wait_for(&mut first);
        first.end();
        return Ok(vec![first.run()]);
    };
    // One that ran already has begun to listen before anybody looked.
    let address = if cli.cmd.is_some() { first.listens(PATIENCE) } else { None };
    let stacks = sources.are_known(command.program());
    let mut second = Traced::start(&command.against(address)?, &second_trace, stacks)?;
    wait_for(&mut second);
    second.end();
    first.ends(AFTERWARDS); // what it still does belongs to it
    first.end();
    Ok(vec![first.run(), second.run()])
}

/// Whether Ctrl-C has been pressed. It reaches the recorded programs as well.
fn interrupted() -> Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let handler = Arc::clone(&interrupted);
    ctrlc::set_handler(move || handler.store(true, Ordering::Relaxed))
        .context("cannot wait for Ctrl-C")?;
    Ok(interrupted)
}
