//! A program under test: started, typed at, listened to, and ended with all its descendants.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
#[cfg(target_os = "linux")]
use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::{Command, ExitStatus, Stdio};
use std::rc::Rc;

use process_wrap::std::{ChildWrapper, CommandWrap};
#[cfg(target_os = "linux")]
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};

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
    stdin: RefCell<Option<Box<dyn Write>>>,
    on_terminal: bool,
    stdout: Output,
    stderr: Output,
}

impl Program {
    #[track_caller]
    pub(crate) fn start(scene: &Scene, name: &str, mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let shown = format!("{command:?}");
        let mut child = spawn(scene, command);
        let stdin = child.stdin().take().expect("stdin is piped");
        let core = Core {
            name: name.to_owned(),
            command: shown,
            stdin: RefCell::new(Some(Box::new(stdin))),
            on_terminal: false,
            stdout: Output::read(child.stdout().take().expect("stdout is piped")),
            stderr: Output::read(child.stderr().take().expect("stderr is piped")),
            child: RefCell::new(child),
        };
        Self { core: Rc::new(core), scene: scene.clone() }
    }

    #[cfg(target_os = "linux")]
    #[track_caller]
    pub(crate) fn start_on_terminal(scene: &Scene, name: &str, mut command: Command) -> Self {
        let (terminal, program_end) = match open_terminal() {
            Ok(ends) => ends,
            Err(error) => scene.fail(format_args!("cannot open a terminal: {error}")),
        };
        let shown = format!("{command:?}");
        let [stdin, stdout, stderr] = program_end;
        command.stdin(stdin).stdout(stdout).stderr(stderr);
        let child = spawn(scene, command);
        let core = Core {
            name: name.to_owned(),
            command: shown,
            stdin: RefCell::new(Some(Box::new(terminal.0))),
            on_terminal: true,
            stdout: Output::read(terminal.1),
            stderr: Output::read(io::empty()), // the terminal shows both
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
        match self.prompt() {
            Some(prompt) => self.answers(&prompt, line),
            None => self.fail("its output ended where a prompt should come"),
        }
    }

    /// Types `line` if there is another prompt. Returns false if the program's output ends instead.
    #[track_caller]
    pub fn types_if_asked(&self, line: &str) -> bool {
        let prompt = self.prompt();
        if let Some(prompt) = &prompt {
            self.answers(prompt, line.as_bytes());
        }
        prompt.is_some()
    }

    /// Types `line` into a program that does not ask for it.
    #[track_caller]
    pub fn sends_line(&self, line: &str) {
        self.scene.record(&self.core.name, format_args!("(reads {line:?})"));
        self.write(&[line.as_bytes(), b"\n"].concat());
    }

    /// Waits for a prompt, then ends the input; on a terminal, by Ctrl-D.
    #[track_caller]
    pub fn ends_input(&self) {
        let Some(prompt) = self.prompt() else {
            self.fail("its output ended where a prompt should come");
        };
        self.scene.record(&self.core.name, prompt);
        if self.core.on_terminal {
            self.write(b"\x04");
        } else {
            self.core.stdin.borrow_mut().take();
        }
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

    /// Waits for the next prompt; what comes before it goes into the transcript. `None` if the
    /// output ends first.
    #[track_caller]
    fn prompt(&self) -> Option<String> {
        loop {
            match self.core.stdout.next_line_or_prompt() {
                Next::Prompt(prompt) => return Some(prompt),
                Next::Line(line) => self.scene.record(&self.core.name, line),
                Next::End => return None,
                Next::Silence => self.fail("waited for a prompt, and none came"),
            }
        }
    }

    #[track_caller]
    fn answers(&self, prompt: &str, line: &[u8]) {
        self.write(&[line, b"\n"].concat());
        // A terminal shows what is typed. In a pipe it does not show, so we do as if it did.
        let text = if self.core.on_terminal {
            self.next_line("what was typed")
        } else {
            String::from_utf8_lossy(line).into_owned()
        };
        let text = match text.char_indices().nth(60) {
            Some((end, _)) => format!("{}… ({} bytes)", &text[..end], line.len()),
            None => text,
        };
        self.scene.record(&self.core.name, format_args!("{prompt}{text}"));
    }

    #[track_caller]
    fn write(&self, bytes: &[u8]) {
        let mut stdin = self.core.stdin.borrow_mut();
        let Some(stdin) = stdin.as_mut() else { self.fail("its input has been ended already") };
        if let Err(error) = stdin.write_all(bytes) {
            self.fail(format_args!("cannot write to its input: {error}"));
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

/// Starts `command` in a group of its own with whatever it will start, so that all can be ended.
#[track_caller]
fn spawn(scene: &Scene, command: Command) -> Box<dyn ChildWrapper> {
    let shown = format!("{command:?}");
    let mut command = CommandWrap::from(command);
    #[cfg(unix)]
    command.wrap(process_wrap::std::ProcessGroup::leader());
    #[cfg(windows)]
    command.wrap(process_wrap::std::JobObject);
    match command.spawn() {
        Ok(child) => child,
        Err(error) => scene.fail(format_args!("cannot start {shown}: {error}")),
    }
}

/// A new terminal: our end, to write and to read, and the program's, three times (pty(7)).
#[cfg(target_os = "linux")]
fn open_terminal() -> io::Result<((File, File), [File; 3])> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    unlockpt(&ours)?;
    let theirs =
        ioctl_tiocgptpeer(&ours, OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    let (ours, theirs) = (File::from(ours), File::from(theirs));
    Ok(((ours.try_clone()?, ours), [theirs.try_clone()?, theirs.try_clone()?, theirs]))
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
