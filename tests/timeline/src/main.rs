//! Records who waits for whom in running programs.
//!
//! Start it: cargo run -p timeline -- --cmd "nc -l 7000" --with "nc -N 127.0.0.1 7000"
//! Stop it:  Ctrl-C; what has been recorded by then is kept

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use timeline::picture::page;
use timeline::record::recording;
use timeline::sources::Sources;
use timeline::tracer::Traced;

/// How long the first command may take until it can be connected to, and to come to its end when the
/// second has ended.
const PATIENCE: Duration = Duration::from_secs(60);
const AFTERWARDS: Duration = Duration::from_secs(1);

/// How long a program is waited for before the next look whether Ctrl-C has been pressed.
const LOOK: Duration = Duration::from_millis(100);

/// Record who waits for whom: a command, and a second one that talks to it.
///
/// The command runs under strace, and so does the second one, as soon as the first listens. When the
/// second has ended, or at Ctrl-C, the first is ended as well. What they called is written as JSON.
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
}

/// A command and its arguments.
#[derive(Clone, Debug)]
struct Words(Vec<String>);

fn words(typed: &str) -> Result<Words, String> {
    match shlex::split(typed) {
        Some(words) if !words.is_empty() => Ok(Words(words)),
        Some(_) => Err("there is no command in it".to_owned()),
        None => Err("a quotation mark is not closed".to_owned()),
    }
}

impl Words {
    /// The file of the program, if there is one.
    fn program(&self) -> Option<PathBuf> {
        which::which(&self.0[0]).ok()
    }

    /// The command against a program that listens there.
    fn against(&self, address: Option<SocketAddr>) -> Result<Vec<String>> {
        let needs = |word: &String| word.contains("{host}") || word.contains("{port}");
        match address {
            Some(address) => {
                let (host, port) = (callable(address.ip()).to_string(), address.port().to_string());
                let fill = |word: &String| word.replace("{host}", &host).replace("{port}", &port);
                Ok(self.0.iter().map(fill).collect())
            }
            None => {
                ensure!(
                    !self.0.iter().any(needs),
                    "nobody has seen where the first program listens: write its address and port"
                );
                Ok(self.0.clone())
            }
        }
    }
}

/// An address that can be connected to, of a program that listens there.
fn callable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        one => one,
    }
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
    let interrupted = interrupted()?;
    let folder = tempfile::tempdir().context("cannot make a folder for the traces")?;
    let [first_trace, second_trace] = ["first", "second"].map(|name| folder.path().join(name));
    let mut sources =
        Sources::below(&env::current_dir().context("cannot tell the current folder")?);
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
    let mut traces = Vec::new();
    if let Some(command) = &cli.with {
        // One that ran already has begun to listen before anybody looked.
        let address = if cli.cmd.is_some() { first.listens(PATIENCE) } else { None };
        let stacks = sources.are_known(command.program());
        let mut second = Traced::start(&command.against(address)?, &second_trace, stacks)?;
        while !second.ends(LOOK) && !interrupted.load(Ordering::Relaxed) {}
        second.end();
        traces.push(second.trace());
        first.ends(AFTERWARDS); // what it still does belongs to it
    } else {
        while !first.ends(LOOK) && !interrupted.load(Ordering::Relaxed) {}
    }
    first.end();
    traces.insert(0, first.trace());
    let traces: Vec<_> = traces.iter().map(String::as_str).collect();
    let recording = recording(&traces, |stack| sources.find(stack));
    ensure!(!recording.calls.is_empty(), "nothing was recorded: did the command start?");
    let json = serde_json::to_string_pretty(&recording).context("cannot write the recording")?;
    fs::write(&cli.out, json + "\n")
        .with_context(|| format!("cannot write {}", cli.out.display()))?;
    let picture = cli.out.with_extension("html");
    let title = "Who waits for whom";
    fs::write(&picture, page(&recording, title))
        .with_context(|| format!("cannot write {}", picture.display()))?;
    let (calls, threads) = (recording.calls.len(), recording.threads.len());
    println!("{}: {calls} calls of {threads} threads", picture.display());
    Ok(())
}

/// Whether Ctrl-C has been pressed. It reaches the recorded programs as well.
fn interrupted() -> Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let handler = Arc::clone(&interrupted);
    ctrlc::set_handler(move || handler.store(true, Ordering::Relaxed))
        .context("cannot wait for Ctrl-C")?;
    Ok(interrupted)
}
