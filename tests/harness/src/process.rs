//! The process behind a [`Program`](crate::Program): how it is started, ended, and reported on.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::{Command, ExitStatus, Stdio};

use process_wrap::std::{ChildWrapper, CommandWrap};

use crate::output::Output;

/// How much of a stream a failure report shows: its last lines, and the beginning of each.
const MOST_LINES: usize = 50;
const MOST_BYTES: usize = 300;

/// A process and its streams. Its output is kept when it has ended, for the failure report.
pub(crate) struct Process {
    pub(crate) name: String,
    command: String,
    child: RefCell<Box<dyn ChildWrapper>>,
    pub(crate) stdin: RefCell<Option<Box<dyn Write>>>,
    pub(crate) on_terminal: bool,
    #[cfg(target_os = "linux")]
    pub(crate) terminal: Option<(std::fs::File, crate::terminal::Screen)>,
    pub(crate) stdout: Output,
    pub(crate) stderr: Output,
}

impl Process {
    /// Starts `command` with a pipe for each of its three streams.
    pub(crate) fn start(name: &str, mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let shown = format!("{command:?}");
        let mut child = spawn(command)?;
        let stdin = child.stdin().take().expect("stdin is piped");
        Ok(Self {
            name: name.to_owned(),
            command: shown,
            stdin: RefCell::new(Some(Box::new(stdin))),
            on_terminal: false,
            #[cfg(target_os = "linux")]
            terminal: None,
            stdout: Output::read(child.stdout().take().expect("stdout is piped")),
            stderr: Output::read(child.stderr().take().expect("stderr is piped")),
            child: RefCell::new(child),
        })
    }

    /// Starts `command` on a terminal of its own.
    #[cfg(target_os = "linux")]
    pub(crate) fn start_on_terminal(name: &str, mut command: Command) -> io::Result<Self> {
        let terminal = crate::terminal::Terminal::open()?;
        let shown = format!("{command:?}");
        let [stdin, stdout, stderr] = terminal.streams;
        command.stdin(stdin).stdout(stdout).stderr(stderr);
        Ok(Self {
            name: name.to_owned(),
            command: shown,
            child: RefCell::new(spawn(command)?),
            terminal: Some((terminal.keyboard.try_clone()?, terminal.output.screen.clone())),
            stdin: RefCell::new(Some(Box::new(terminal.keyboard))),
            on_terminal: true,
            stdout: Output::read(terminal.output),
            stderr: Output::read(io::empty()), // the screen shows both
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.borrow().id()
    }

    /// The exit status, if it has ended.
    pub(crate) fn status(&self) -> Option<ExitStatus> {
        self.child.borrow_mut().try_wait().unwrap_or(None)
    }

    /// Kills the program and its descendants and waits for them.
    pub(crate) fn end(&self) {
        let mut child = self.child.borrow_mut();
        // Fails if all of them have ended by themselves.
        let _ = child.start_kill();
        let _ = child.wait();
    }

    /// The command, its exit status and both streams, for a failure report.
    pub(crate) fn report(&self) -> String {
        let mut report = format!("{}: {}\n", self.name, self.command);
        let status = self.status().map_or("still running".to_owned(), |status| status.to_string());
        let streams = [("stdout", &self.stdout), ("stderr", &self.stderr)];
        writeln!(report, "  status: {status}").expect("a String takes everything");
        for (name, stream) in streams {
            writeln!(report, "  {name}:").expect("a String takes everything");
            let all = stream.all();
            let lines: Vec<_> = all.split(|byte| *byte == b'\n').collect();
            let left_out = lines.len().saturating_sub(MOST_LINES);
            if left_out > 0 {
                writeln!(report, "    … {left_out} lines …").expect("a String takes everything");
            }
            for line in &lines[left_out..] {
                let line = String::from_utf8_lossy(&line[..line.len().min(MOST_BYTES)]);
                writeln!(report, "    {line}").expect("a String takes everything");
            }
        }
        report
    }
}

/// Starts `command` in a group of its own with whatever it will start, so that all can be ended.
fn spawn(command: Command) -> io::Result<Box<dyn ChildWrapper>> {
    let mut command = CommandWrap::from(command);
    #[cfg(unix)]
    command.wrap(process_wrap::std::ProcessGroup::leader());
    #[cfg(windows)]
    command.wrap(process_wrap::std::JobObject);
    command.spawn()
}
