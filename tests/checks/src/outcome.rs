//! What came of a check.

use std::fmt;
use std::time::Duration;

/// What a check returns: nothing if the program did all that was demanded.
pub type Played = Result<(), Failed>;

/// What came of a check. Only a pass earns points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The program did what was demanded.
    Pass,
    /// It did something else.
    Fail,
    /// What was awaited of it did not come.
    Timeout,
    /// It does not compile.
    BuildError,
    /// The check could not be made. The program is not to blame, and has not passed either.
    GraderError,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Timeout => "timeout",
            Self::BuildError => "build error",
            Self::GraderError => "grader error",
        })
    }
}

/// Why a check was not passed.
#[derive(Clone, Debug)]
pub struct Failed {
    /// Never [`Verdict::Pass`].
    pub verdict: Verdict,
    /// What should have come, as a phrase: `the reply "hello" (5 bytes)`.
    pub expected: String,
    /// What came instead.
    pub came: String,
}

impl Failed {
    /// The program did something, but not what it should.
    pub fn fail(expected: impl fmt::Display, came: impl fmt::Display) -> Self {
        Self::new(Verdict::Fail, expected, came)
    }

    /// What was awaited of the program did not come.
    pub fn timeout(expected: impl fmt::Display, came: impl fmt::Display) -> Self {
        Self::new(Verdict::Timeout, expected, came)
    }

    /// The check itself could not do what it wanted; the program is not to blame.
    pub fn grader(wanted: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::new(Verdict::GraderError, wanted, why)
    }

    fn new(verdict: Verdict, expected: impl fmt::Display, came: impl fmt::Display) -> Self {
        Self { verdict, expected: expected.to_string(), came: came.to_string() }
    }
}

/// What came of a check, with all that a report says of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Pass, or why not.
    pub verdict: Verdict,
    /// What should have come, and what came; `None` after a pass.
    pub failed: Option<Failed>,
    /// What happened, step by step: who, and what they did.
    pub story: Vec<(String, String)>,
    /// The beginning of what the program printed, on stdout and on stderr.
    pub printed: [String; 2],
    /// How long the check took.
    pub took: Duration,
}

impl Outcome {
    /// A check that could not be made at all.
    pub fn grader_error(why: impl fmt::Display) -> Self {
        let failed = Failed::grader("to play this check", why);
        Self {
            verdict: failed.verdict,
            failed: Some(failed),
            story: Vec::new(),
            printed: <[String; 2]>::default(),
            took: Duration::ZERO,
        }
    }

    /// What happened, expected and came: the part of a report that is the same in every run.
    pub fn told(&self) -> String {
        let mut text = String::new();
        let width = self.story.iter().map(|(who, _)| who.chars().count()).max().unwrap_or(0);
        if !self.story.is_empty() {
            text.push_str("what happened:\n");
        }
        for (who, what) in &self.story {
            text.push_str(&format!("  {who:width$}  {what}\n"));
        }
        if let Some(failed) = &self.failed {
            let (expected, came) = match failed.verdict {
                Verdict::GraderError => ("the check wanted", "but"),
                _ => ("expected", "came"),
            };
            text.push_str(&format!("{expected}: {}\n{came}: {}\n", failed.expected, failed.came));
        }
        text
    }
}
