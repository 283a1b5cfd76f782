//! A program under test: typed at, listened to, and ended with all its descendants.

use std::fmt::Display;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use crate::output::Next;
use crate::process::Process;
use crate::{DEADLINE, Scene, poll};

/// A running program. Dropping it kills it, with its descendants, and waits for it.
pub struct Program {
    scene: Scene,
    process: Rc<Process>,
}

impl Program {
    pub(crate) fn new(scene: &Scene, process: Rc<Process>) -> Self {
        Self { scene: scene.clone(), process }
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits for the first line, in which a server names its address, and returns that address.
    #[track_caller]
    pub fn address(&self) -> SocketAddr {
        let line = self.next_line("a line with its address");
        let address = line.rsplit(' ').find_map(|word| word.parse::<SocketAddr>().ok());
        let Some(address) = address else {
            self.fail(format_args!("the first line names no address: {line}"));
        };
        self.scene.server_port(address.port());
        self.scene.record(&self.process.name, line);
        address
    }

    /// Waits until the program prints a line that contains `text`. That line and all before it go
    /// into the transcript. Returns the line.
    #[track_caller]
    pub fn prints(&self, text: &str) -> String {
        let start = Instant::now();
        while start.elapsed() < DEADLINE {
            let line = self.next_line(text);
            self.scene.record(&self.process.name, &line);
            if line.contains(text) {
                return line;
            }
        }
        self.fail(format_args!("it prints and prints, but not {text:?}"))
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
        self.scene.record(&self.process.name, format_args!("(reads {line:?})"));
        self.write(&[line.as_bytes(), b"\n"].concat());
    }

    /// Types `line` into a program that takes lines at any time, without a prompt.
    #[track_caller]
    pub fn enters(&self, line: &str) {
        self.scene.record(&self.process.name, format_args!("(types {line:?})"));
        self.write(&[line.as_bytes(), b"\n"].concat());
    }

    /// Writes these bytes to its input, all at once.
    #[track_caller]
    pub fn writes(&self, bytes: &[u8]) {
        self.scene
            .record(&self.process.name, format_args!("(reads {})", crate::scene::shown(bytes)));
        self.write(bytes);
    }

    /// Ends the input of a program that takes lines at any time.
    #[track_caller]
    pub fn ends_its_input(&self) {
        self.scene.record(&self.process.name, "(its input ends)");
        self.process.stdin.borrow_mut().take();
    }

    /// Presses these keys, on a terminal. They go into no transcript.
    #[track_caller]
    pub fn presses(&self, keys: &str) {
        self.write(keys.as_bytes());
    }

    /// Waits until the terminal that it was started on shows this text, and returns all that it
    /// shows. Linux only.
    #[track_caller]
    pub fn shows(&self, text: &str) -> String {
        #[cfg(target_os = "linux")]
        {
            let Some((_, screen)) = &self.process.terminal else {
                self.fail("it was not started on a terminal");
            };
            let shown = poll(|| Some(screen.contents()).filter(|shown| shown.contains(text)));
            shown.unwrap_or_else(|| {
                self.fail(format_args!("it does not show {text:?}, but\n{}", screen.contents()))
            })
        }
        #[cfg(not(target_os = "linux"))]
        self.fail(format_args!("no terminal that could show {text:?} on this system"))
    }

    /// Its terminal must be as it was before the program, for the shell that comes next. Linux only.
    #[track_caller]
    pub fn has_given_its_terminal_back(&self) {
        #[cfg(target_os = "linux")]
        if let Some((terminal, _)) = &self.process.terminal
            && !crate::terminal::is_as_at_first(terminal)
        {
            self.fail("its terminal does not show what is typed, or hands on no lines");
        }
    }

    /// Waits for a prompt, then ends the input; on a terminal, by Ctrl-D.
    #[track_caller]
    pub fn ends_input(&self) {
        let Some(prompt) = self.prompt() else {
            self.fail("its output ended where a prompt should come");
        };
        self.scene.record(&self.process.name, prompt);
        if self.process.on_terminal {
            self.write(b"\x04");
        } else {
            self.process.stdin.borrow_mut().take();
        }
    }

    /// Waits for the program to end by itself with this exit status. What it printed until then
    /// goes into the transcript, and its status too unless it is 0.
    #[track_caller]
    pub fn exits_with(&self, expected: i32) {
        let Some(status) = poll(|| self.process.status()) else {
            self.fail(format_args!("it has not ended in {DEADLINE:?}"));
        };
        self.record_the_rest();
        if expected != 0 {
            self.scene.record(&self.process.name, format_args!("(exit status {expected})"));
        }
        if status.code() != Some(expected) {
            self.fail(format_args!("it ended with {status}, not with exit status {expected}"));
        }
    }

    /// Ends the program by force. What it printed until then goes into the transcript.
    #[track_caller]
    pub fn stop(&self) {
        self.process.end();
        self.record_the_rest();
    }

    /// Everything that it has written to stdout so far.
    pub fn stdout(&self) -> Vec<u8> {
        self.process.stdout.all()
    }

    /// Fails the test with the program's name before the problem.
    #[track_caller]
    pub fn fail(&self, problem: impl Display) -> ! {
        self.scene.fail(format_args!("{}: {problem}", self.process.name))
    }

    #[track_caller]
    fn next_line(&self, awaited: &str) -> String {
        match self.process.stdout.next_line() {
            Next::Line(line) => line,
            Next::End => self.fail(format_args!("its output ended before it printed {awaited:?}")),
            _ => self.fail(format_args!("it has not printed {awaited:?} in {DEADLINE:?}")),
        }
    }

    /// Waits for the next prompt; what comes before it goes into the transcript. `None` if the
    /// output ends first.
    #[track_caller]
    fn prompt(&self) -> Option<String> {
        loop {
            match self.process.stdout.next_line_or_prompt() {
                Next::Prompt(prompt) => return Some(prompt),
                Next::Line(line) => self.scene.record(&self.process.name, line),
                Next::End => return None,
                Next::Silence => self.fail(format_args!("it has not prompted in {DEADLINE:?}")),
            }
        }
    }

    #[track_caller]
    fn answers(&self, prompt: &str, line: &[u8]) {
        self.write(&[line, b"\n"].concat());
        // A terminal shows what is typed. In a pipe it does not show, so we do as if it did.
        let text = if self.process.on_terminal {
            self.next_line("what was typed")
        } else {
            String::from_utf8_lossy(line).into_owned()
        };
        let text = match text.char_indices().nth(60) {
            Some((end, _)) => format!("{}… ({} bytes)", &text[..end], line.len()),
            None => text,
        };
        self.scene.record(&self.process.name, format_args!("{prompt}{text}"));
    }

    #[track_caller]
    fn write(&self, bytes: &[u8]) {
        let mut stdin = self.process.stdin.borrow_mut();
        let Some(stdin) = stdin.as_mut() else { self.fail("its input has been ended already") };
        if let Err(error) = stdin.write_all(bytes) {
            self.fail(format_args!("cannot write to its input: {error}"));
        }
    }

    #[track_caller]
    fn record_the_rest(&self) {
        for stream in [&self.process.stdout, &self.process.stderr] {
            loop {
                match stream.next_line() {
                    Next::Line(line) => self.scene.record(&self.process.name, line),
                    Next::End => break,
                    _ => self.fail("it has ended, but somebody holds its output open"),
                }
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.process.end();
    }
}
