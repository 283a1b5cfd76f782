//! Records who waits for whom in running programs.
//!
//! Start it: make timeline CMD="nc -l 7000" WITH="nc -N 127.0.0.1 7000"
//! Stop it:  Ctrl-C; what has been recorded by then is kept

mod command;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, anyhow, ensure};
use clap::Parser;
use timeline::files;
use timeline::record::{Run, recording};
use timeline::sources::Sources;
use timeline::tool::is_installed;
use timeline::tracer::Traced;
use timeline::words::counted;

use crate::command::{Words, words};

/// How long the first command may take until it can be connected to.
const PATIENCE: Duration = Duration::from_secs(60);

/// After how much of that it is said that it is waited for.
const AT_ONCE: Duration = Duration::from_secs(2);

/// How long it may take to come to its end when the second one has ended.
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
    is_installed()?;
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
    let calls = counted(recording.calls.len() as u64, "call");
    let threads = counted(recording.threads.len() as u64, "thread");
    files::tell(&page, &format!("{calls} of {threads}"), cli.open);
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
            let program = program_of(process)?;
            Traced::attach(process, &first_trace, sources.are_known(Some(program)))?
        }
        (None, None) => unreachable!("clap demands one of them"),
    };
    let wait_for = |program: &mut Traced| {
        while !program.ends(LOOK) && !interrupted.load(Ordering::Relaxed) {}
    };
    let Some(command) = &cli.with else {
        eprintln!("Recording. Ctrl-C ends it.");
        wait_for(&mut first);
        first.end();
        return Ok(vec![first.run()]);
    };
    // One that ran already has begun to listen before anybody looked.
    let address = if cli.cmd.is_some() { awaits_listener(&mut first)? } else { None };
    let stacks = sources.are_known(command.program());
    let mut second = Traced::start(&command.against(address)?, &second_trace, stacks)?;
    wait_for(&mut second);
    second.end();
    first.ends(AFTERWARDS); // what it still does belongs to it
    first.end();
    let mut runs = vec![first.run(), second.run()];
    ensure!(!runs[1].trace.is_empty(), "the second command did not start");
    if cli.cmd.as_ref().is_some_and(|first| first.name() == command.name()) {
        let names = ["the first", "the second"];
        runs.iter_mut().zip(names).for_each(|(run, name)| run.name = Some(name.to_owned()));
    }
    Ok(runs)
}

/// Waits until the first program listens. Returns where, if that was seen; fails if it ends before.
fn awaits_listener(program: &mut Traced) -> Result<Option<SocketAddr>> {
    let address = program.listens(AT_ONCE);
    if address.is_some() {
        return Ok(address);
    }
    ensure!(!program.ends(LOOK), "the first command has ended, and nobody has seen it listen");
    eprintln!("Waiting until the first command listens, for {} s at the most.", PATIENCE.as_secs());
    Ok(program.listens(PATIENCE))
}

/// The file of a program that runs.
fn program_of(process: u32) -> Result<PathBuf> {
    fs::read_link(format!("/proc/{process}/exe")).map_err(|why| match why.kind() {
        ErrorKind::NotFound => anyhow!("there is no process {process}"),
        ErrorKind::PermissionDenied => {
            anyhow!(
                "you may not look at process {process}: it is somebody else's (try it with sudo)"
            )
        }
        _ => anyhow!(why).context(format!("cannot look at process {process}")),
    })
}

/// Whether Ctrl-C has been pressed. It reaches the recorded programs as well.
fn interrupted() -> Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let handler = Arc::clone(&interrupted);
    ctrlc::set_handler(move || handler.store(true, Ordering::Relaxed))
        .context("cannot wait for Ctrl-C")?;
    Ok(interrupted)
}
