//! A program under test: started, typed at, listened to, and ended with all its descendants.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::rc::Rc;

use process_wrap::std::{ChildWrapper, CommandWrap};

#[cfg(target_os = "linux")]
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

#[cfg(unix)]
use crate::Signal;
use crate::output::{Next, Output};
use crate::{Scene, poll};

/// How much of a stream a failure report shows: its last lines, and the beginning of each.
const MOST_LINES: usize = 50;
const MOST_BYTES: usize = 300;

/// A running program. Dropping it kills it, with its descendants, and waits for it.
pub struct Program {
    core: Rc<Core>,
    scene: Scene,
}

/// What a failure report needs to know, which outlives the program.
pub(crate) struct Core {
    name: String,
    command: String,
    child: RefCell<Box<dyn ChildWrapper>>,
    stdin: RefCell<Option<ChildStdin>>,
    stdout: Output,
    stderr: Output,
}

impl Program {
    #[track_caller]
    pub(crate) fn start(scene: &Scene, name: &str, mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let shown = format!("{command:?}");
        let mut command = CommandWrap::from(command);
        // One group for the program and whatever it starts, so that all of it can be ended.
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => scene.fail(format_args!("cannot start {shown}: {error}")),
        };
        let core = Core {
            name: name.to_owned(),
            command: shown,
            stdin: RefCell::new(child.stdin().take()),
            stdout: Output::read(child.stdout().take().expect("stdout is piped")),
            stderr: Output::read(child.stderr().take().expect("stderr is piped")),
            child: RefCell::new(child),
        };
        Self { core: Rc::new(core), scene: scene.clone() }
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.core.child.borrow().id()
    }

    /// Waits for the first line, in which a server names its address, and returns that address.
    #[track_caller]
    pub fn address(&self) -> SocketAddr {
        let line = self.next_line("its address");
        let address = line.rsplit(' ').find_map(|word| word.parse::<SocketAddr>().ok());
        let Some(address) = address else {
            self.fail(format_args!("the first line names no address: {line}"));
        };
        self.scene.server_port(address.port());
        self.scene.record(&self.core.name, line);
        address
    }

    /// Waits until the program prints a line that contains `text`. That line and all before it go
    /// into the transcript. Returns the line.
    #[track_caller]
    pub fn prints(&self, text: &str) -> String {
        loop {
            let line = self.next_line(text);
            self.scene.record(&self.core.name, &line);
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Waits for a prompt, types `line` behind it and presses Enter.
    #[track_caller]
    pub fn types(&self, line: &str) {
        self.types_bytes(line.as_bytes());
    }

    /// As [`types`](Self::types), for what need not be text.
    #[track_caller]
    pub fn types_bytes(&self, line: &[u8]) {
        let prompt = self.prompt();
        let shown = String::from_utf8_lossy(line);
        let shown = match shown.char_indices().nth(60) {
            Some((end, _)) => format!("{}… ({} bytes)", &shown[..end], line.len()),
            None => shown.into_owned(),
        };
        self.scene.record(&self.core.name, format_args!("{prompt}{shown}"));
        let mut stdin = self.core.stdin.borrow_mut();
        let Some(stdin) = stdin.as_mut() else { self.fail("its input has been ended already") };
        if let Err(error) = stdin.write_all(&[line, b"\n"].concat()) {
            self.fail(format_args!("cannot type {shown:?}: {error}"));
        }
    }

    /// Waits for a prompt, then ends the input, as Ctrl-D does.
    #[track_caller]
    pub fn ends_input(&self) {
        let prompt = self.prompt();
        self.scene.record(&self.core.name, prompt);
        self.core.stdin.borrow_mut().take();
    }

    /// Waits for the program to end by itself with this exit status. What it printed until then
    /// goes into the transcript, and its status too unless it is 0.
    #[track_caller]
    pub fn exits_with(&self, expected: i32) {
        let Some(status) = poll(|| self.core.status()) else { self.fail("it does not end") };
        self.record_the_rest();
        if expected != 0 {
            self.scene.record(&self.core.name, format_args!("(exit status {expected})"));
        }
        if status.code() != Some(expected) {
            self.fail(format_args!("it ended with {status}, not with exit status {expected}"));
        }
    }

    /// Ends the program by force. What it printed until then goes into the transcript.
    #[track_caller]
    pub fn stop(&self) {
        self.core.end();
        self.record_the_rest();
    }

    /// Sends a signal to the program and its descendants.
    #[cfg(unix)]
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        if let Err(error) = self.core.child.borrow().signal(signal.as_raw()) {
            self.fail(format_args!("cannot send it {signal:?}: {error}"));
        }
    }

    /// Raises a resource limit that the program was started with as far as this process may.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub fn raise_limit(&self, resource: Resource) {
        let most = getrlimit(resource).maximum;
        let limit = Rlimit { current: most, maximum: most };
        let id = Pid::from_raw(self.id() as i32);
        if let Err(error) = prlimit(id, resource, limit) {
            self.fail(format_args!("cannot raise its limit {resource:?}: {error}"));
        }
    }

    /// Everything that it has written to stdout so far.
    pub fn stdout(&self) -> Vec<u8> {
        self.core.stdout.all()
    }

    /// Fails the test with the program's name before the problem.
    #[track_caller]
    pub fn fail(&self, problem: impl fmt::Display) -> ! {
        self.scene.fail(format_args!("{}: {problem}", self.core.name))
    }

    pub(crate) fn core(&self) -> Rc<Core> {
        Rc::clone(&self.core)
    }

    #[track_caller]
    fn next_line(&self, awaited: &str) -> String {
        match self.core.stdout.next_line() {
            Next::Line(line) => line,
            Next::End => self.fail(format_args!("its output ended before {awaited:?}")),
            next => self.fail(format_args!("waited for {awaited:?}: {next:?}")),
        }
    }

    #[track_caller]
    fn prompt(&self) -> String {
        loop {
            match self.core.stdout.next_line_or_prompt() {
                Next::Prompt(prompt) => return prompt,
                Next::Line(line) => self.scene.record(&self.core.name, line),
                next => self.fail(format_args!("waited for a prompt: {next:?}")),
            }
        }
    }

    #[track_caller]
    fn record_the_rest(&self) {
        for stream in [&self.core.stdout, &self.core.stderr] {
            loop {
                match stream.next_line() {
                    Next::Line(line) => self.scene.record(&self.core.name, line),
                    Next::End => break,
                    next => self.fail(format_args!("it ended, but not its output: {next:?}")),
                }
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.core.end();
    }
}

impl Core {
    /// The exit status, if it has ended.
    fn status(&self) -> Option<ExitStatus> {
        self.child.borrow_mut().try_wait().unwrap_or(None)
    }

    /// Kills the program and its descendants and waits for them.
    fn end(&self) {
        let mut child = self.child.borrow_mut();
        // Fails if all of them have ended by themselves.
        let _ = child.start_kill();
        let _ = child.wait();
    }

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
