//! One line of what strace prints.

use std::sync::LazyLock;

use regex_lite::Regex;

/// A line, with the thread that it is about and the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The thread's id.
    pub thread: u32,
    /// Nanoseconds since 1970.
    pub time: u64,
    /// What happened.
    pub what: What,
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A call from its beginning to its end: `close(3) = 0 <0.000004>`.
    Call(String),
    /// A call has begun, and another thread does something before it ends:
    /// `accept4(3,  <unfinished ...>`.
    Begun(String),
    /// The rest of it: `<... accept4 resumed>NULL, NULL, 0) = 4 <1.5>`.
    Resumed {
        /// The name of the call.
        name: String,
        /// What follows what stood behind its beginning.
        rest: String,
    },
    /// A signal has come: `--- SIGINT {si_signo=SIGINT, …} ---`.
    Signal(String),
    /// The thread has ended: `+++ exited with 0 +++`.
    Ended(String),
}

/// A frame of the stack below a call: ` > /usr/bin/nc(main+0x10) [0x1234]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The file that the code was loaded from.
    pub object: String,
    /// The function, if strace knows it.
    pub function: Option<String>,
    /// Where in that file the call returns to.
    pub offset: u64,
}

static FRAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^ > (.*?)(?:\((.*)\+0x[0-9a-f]+\))? \[0x([0-9a-f]+)\]$").expect("a valid pattern")
});

impl Line {
    /// Takes a line apart. `None` if it is none of those that are known.
    pub fn parse(line: &str) -> Option<Self> {
        let (thread, rest) = line.split_once(' ')?;
        let (time, text) = rest.trim_start().split_once(' ')?;
        let (seconds, nanoseconds) = time.split_once('.').filter(|(_, it)| it.len() == 9)?;
        let seconds: u64 = seconds.parse().ok()?;
        let time = seconds.checked_mul(1_000_000_000)?.checked_add(nanoseconds.parse().ok()?)?;
        Some(Self { thread: thread.parse().ok()?, time, what: What::parse(text)? })
    }
}

impl What {
    fn parse(text: &str) -> Option<Self> {
        if let Some(signal) = between(text, "--- ", " ---") {
            return Some(Self::Signal(signal.to_owned()));
        }
        if let Some(end) = between(text, "+++ ", " +++") {
            return Some(Self::Ended(end.to_owned()));
        }
        if let Some((name, rest)) =
            text.strip_prefix("<... ").and_then(|it| it.split_once(" resumed>"))
        {
            return Some(Self::Resumed { name: name.to_owned(), rest: rest.to_owned() });
        }
        let (name, _) = text.split_once('(')?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        {
            return None;
        }
        Some(match text.strip_suffix(" <unfinished ...>") {
            Some(begun) => Self::Begun(begun.to_owned()),
            None => Self::Call(text.to_owned()),
        })
    }
}

impl Frame {
    /// Takes a line of a stack apart. `None` if it is none.
    pub fn parse(line: &str) -> Option<Self> {
        // A pattern costs time, and most lines are none.
        let frame = FRAME.captures(line.starts_with(" > ").then_some(line)?)?;
        let function = frame.get(2).map(|it| it.as_str().to_owned());
        let offset = u64::from_str_radix(&frame[3], 16).ok()?;
        Some(Self { object: frame[1].to_owned(), function, offset })
    }
}

fn between<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.strip_suffix(behind)
}
