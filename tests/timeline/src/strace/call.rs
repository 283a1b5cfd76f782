//! One system call: its arguments, and what it returned.

use super::text::{parts, position};
use super::{Frame, Line};

/// A system call, as strace tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The id of the thread that calls.
    pub thread: u32,
    /// When it begins, in nanoseconds since 1970.
    pub start: u64,
    /// When it ends; `None` if it never does: the thread has ended in it, or strace was ended first.
    pub end: Option<u64>,
    /// How long it took, in nanoseconds, between the moment in which it was let into the kernel and its
    /// end.
    pub took: Option<u64>,
    /// When strace told its end, or, if it was told with its beginning, what came next: it had ended by
    /// then.
    pub told: Option<u64>,
    /// Its name: `accept4`.
    pub name: String,
    /// Its arguments, as strace shows them.
    pub arguments: Vec<String>,
    /// What it returns.
    pub outcome: Outcome,
    /// The stack, from the inside out.
    pub stack: Vec<Frame>,
}

/// What a call returns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The number, if there is one: `4` of `4<TCP:[…]>`, `-1` of a failure.
    pub number: Option<i64>,
    /// All that strace says of it: `4<TCP:[…]>`, `-1 ECONNREFUSED (Connection refused)`.
    pub text: String,
    /// The error's name: `ECONNREFUSED`.
    pub error: Option<String>,
}

impl Outcome {
    /// Whether a signal has come before the call was done: `? ERESTARTSYS (To be restarted …)`. The
    /// program never sees that (signal(7)): the call begins again, fails with EINTR, or the program
    /// ends.
    pub fn is_interrupted(&self) -> bool {
        self.text.starts_with("? ERESTART") || self.error.as_deref() == Some("EINTR")
    }
}

impl Call {
    /// A call of which no more is known than how it begins.
    pub(super) fn begin(line: &Line, text: &str) -> Self {
        let (name, rest) = text.split_once('(').unwrap_or((text, ""));
        Self {
            thread: line.thread,
            start: line.time,
            end: None,
            took: None,
            told: None,
            name: name.to_owned(),
            arguments: parts(rest)
                .into_iter()
                .map(str::to_owned)
                .filter(|it| !it.is_empty())
                .collect(),
            outcome: Outcome::default(),
            stack: Vec::new(),
        }
    }

    /// Adds all that is known at the end. `told` is when strace told that, if it was not with the
    /// beginning.
    pub(super) fn finish(&mut self, text: &str, told: Option<u64>) {
        // A thread that ends in a call leaves it unfinished even where it is resumed.
        let text = text.replace(" <unfinished ...>", "");
        let Some((_, rest)) = text.split_once('(') else { return };
        let Some(close) = position(rest, |it| it == ')') else { return };
        self.arguments = parts(&rest[..close]).into_iter().map(str::to_owned).collect();
        let result = rest[close + 1..].trim_start();
        let Some(result) = result.strip_prefix('=') else { return };
        let (result, took) = took(result.trim());
        self.outcome = Outcome::parse(result);
        // `?` is what strace shows of a call from which its thread has not returned.
        let has_ended = self.outcome.text != "?";
        self.took = took;
        self.told = told;
        self.end = told.or(took.map(|took| self.start.saturating_add(took))).filter(|_| has_ended);
    }
}

/// The time that a call took, behind its result: `0 <0.000004713>`.
fn took(result: &str) -> (&str, Option<u64>) {
    let parse = || {
        let (result, took) = result.strip_suffix('>')?.rsplit_once(" <")?;
        let (seconds, fraction) = took.split_once('.').filter(|(_, it)| it.len() == 9)?;
        let seconds: u64 = seconds.parse().ok()?;
        Some((result, seconds.checked_mul(1_000_000_000)?.checked_add(fraction.parse().ok()?)?))
    };
    match parse() {
        Some((result, took)) => (result, Some(took)),
        None => (result, None),
    }
}

impl Outcome {
    fn parse(text: &str) -> Self {
        let digits = text.strip_prefix("0x").map_or(text, |it| it);
        let radix = if digits.len() < text.len() { 16 } else { 10 };
        let end = digits.find(|it: char| !it.is_digit(radix) && it != '-').unwrap_or(digits.len());
        let number = i64::from_str_radix(&digits[..end], radix).ok();
        let mut words = text.split_whitespace();
        let fails = words.next() == Some("-1");
        let error = words.next().filter(|it| fails && it.starts_with('E'));
        Self { number, error: error.map(str::to_owned), text: text.to_owned() }
    }
}
