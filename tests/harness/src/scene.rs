//! The transcript of a conversation, and how a test fails.

use std::cell::RefCell;
use std::fmt::{Display, Write as _};
use std::io;
use std::process::Command;
use std::rc::Rc;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use crate::Program;
use crate::process::Process;

/// How many lines of the transcript a failure report shows, at the most: the last ones.
const MOST_LINES: usize = 100;

/// One conversation: who is in it, and what has been said.
///
/// Clones share the same transcript.
#[derive(Clone, Default)]
pub struct Scene(Rc<Inner>);

#[derive(Default)]
struct Inner {
    lines: RefCell<Vec<(String, String)>>,
    servers: RefCell<Vec<u16>>,
    others: RefCell<Vec<u16>>,
    programs: RefCell<Vec<Rc<Process>>>,
}

impl Scene {
    /// An empty scene.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a program, called `name` in the transcript.
    #[track_caller]
    pub fn start(&self, name: &str, program: &str, args: &[&str]) -> Program {
        let mut command = Command::new(program);
        command.args(args);
        self.started(program, Process::start(name, command))
    }

    /// Starts a program under a resource limit of the shell's `ulimit`: `-n 12` allows it 12
    /// descriptors. Only the soft limit is set, so that it can be raised again from outside.
    #[track_caller]
    pub fn start_limited(&self, limit: &str, name: &str, program: &str, args: &[&str]) -> Program {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -S {limit} && exec \"$0\" \"$@\""), program]);
        command.args(args);
        self.started(program, Process::start(name, command))
    }

    /// Starts a program whose stdin, stdout and stderr are a terminal. Linux only.
    #[track_caller]
    pub fn start_on_terminal(&self, name: &str, program: &str, args: &[&str]) -> Program {
        #[cfg(target_os = "linux")]
        {
            let mut command = Command::new(program);
            command.args(args);
            self.started(program, Process::start_on_terminal(name, command))
        }
        #[cfg(not(target_os = "linux"))]
        self.fail(format_args!("no terminal for {name} ({program} {args:?}) on this system"))
    }

    #[track_caller]
    fn started(&self, program: &str, process: io::Result<Process>) -> Program {
        match process {
            Ok(process) => {
                let process = Rc::new(process);
                self.0.programs.borrow_mut().push(Rc::clone(&process));
                Program::new(self, process)
            }
            Err(error) => {
                self.fail(format_args!("cannot start {program}: {error} (is it installed?)"))
            }
        }
    }

    /// Writes one line of `who` into the transcript.
    pub fn record(&self, who: &str, line: impl Display) {
        let line = self.with_stable_ports(&line.to_string());
        self.0.lines.borrow_mut().push((who.to_owned(), line.trim_end().to_owned()));
    }

    /// Makes `port` a server's: the first one shows as 6666, the next as 6667.
    pub(crate) fn server_port(&self, port: u16) {
        let mut servers = self.0.servers.borrow_mut();
        if !servers.contains(&port) {
            servers.push(port);
        }
    }

    /// The whole conversation, a line each, marked with who wrote it.
    pub fn transcript(&self) -> String {
        let lines = self.0.lines.borrow();
        let width = lines.iter().map(|(who, _)| who.len()).max().unwrap_or(0);
        let mut text = String::new();
        for (who, line) in lines.iter() {
            let marked = format!("{who:width$} | {line}");
            writeln!(text, "{}", marked.trim_end()).expect("a String takes everything");
        }
        text
    }

    /// What one side of the conversation had on its terminal.
    pub fn terminal(&self, who: &str) -> String {
        let lines = self.0.lines.borrow();
        let ours = lines.iter().filter(|(name, _)| name == who);
        ours.flat_map(|(_, line)| [line.as_str(), "\n"]).collect()
    }

    /// A text with its ports put into the form that they have in the transcript.
    pub fn stable(&self, text: &str) -> String {
        self.with_stable_ports(text)
    }

    /// Fails the test: says what went wrong, then all that helps to find out why.
    #[track_caller]
    pub fn fail(&self, problem: impl Display) -> ! {
        let mut report = format!("{problem}\n");
        for program in self.0.programs.borrow().iter() {
            write!(report, "\n{}", program.report()).expect("a String takes everything");
        }
        let transcript = self.transcript();
        let left_out = transcript.lines().count().saturating_sub(MOST_LINES);
        let end: Vec<&str> = transcript.lines().skip(left_out).collect();
        let omitted =
            if left_out > 0 { format!("… {left_out} lines …\n") } else { String::new() };
        panic!("{report}\nthe transcript so far:\n{omitted}{}\n", end.join("\n"));
    }

    /// Ports differ in every run: servers' become 6666 and on, all others 50001 and on, in the
    /// order of their appearance.
    fn with_stable_ports(&self, line: &str) -> String {
        static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(127\.0\.0\.1\]?|\[::1?\]):(\d{1,5})").expect("a valid pattern")
        });
        if !["127.0.0.1:", "127.0.0.1]:", "[::1]:", "[::]:"].iter().any(|it| line.contains(it)) {
            return line.to_owned(); // floods are long, and the pattern is slow
        }
        let stable = |found: &Captures| {
            let stable = found[2].parse().map_or(0, |port| self.stable_port(port));
            format!("{}:{stable}", &found[1])
        };
        ADDRESS.replace_all(line, stable).into_owned()
    }

    fn stable_port(&self, port: u16) -> usize {
        if port == 0 {
            return 0; // it means any port, in every run
        }
        if let Some(index) = self.0.servers.borrow().iter().position(|known| *known == port) {
            return 6666 + index;
        }
        let mut others = self.0.others.borrow_mut();
        let index = others.iter().position(|known| *known == port).unwrap_or_else(|| {
            others.push(port);
            others.len() - 1
        });
        50001 + index
    }
}

/// Bytes in quotes, with everything but printable ASCII escaped, cut where they become too many.
pub(crate) fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 60;
    if bytes.len() > MOST {
        format!("\"{}…\" ({} bytes)", bytes[..MOST / 2].escape_ascii(), bytes.len())
    } else {
        format!("\"{}\"", bytes.escape_ascii())
    }
}
