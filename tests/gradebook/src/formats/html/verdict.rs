//! A verdict as a sign and a colour. The sign alone tells them apart.

use checks::Verdict;

use crate::result::{Checked, Graded};

/// What a cell of the heat map says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Pass,
    Fail,
    Timeout,
    BuildError,
    GraderError,
    /// The starter as it was, and it does not pass.
    Untouched,
    /// There is no result.
    Ungraded,
}

impl Sign {
    pub const ALL: [Self; 7] = [
        Self::Pass,
        Self::Fail,
        Self::Timeout,
        Self::BuildError,
        Self::GraderError,
        Self::Untouched,
        Self::Ungraded,
    ];

    pub fn of(result: Option<(&Graded, &Checked)>) -> Self {
        match result.map(|(graded, checked)| (graded.attempted, checked.verdict)) {
            None => Self::Ungraded,
            Some((_, Verdict::Pass)) => Self::Pass,
            Some((false, _)) => Self::Untouched,
            Some((_, Verdict::Fail)) => Self::Fail,
            Some((_, Verdict::Timeout)) => Self::Timeout,
            Some((_, Verdict::BuildError)) => Self::BuildError,
            Some((_, Verdict::GraderError)) => Self::GraderError,
        }
    }

    /// Characters that any font has, and that no system draws in colours of its own.
    pub fn glyph(self) -> &'static str {
        match self {
            Self::Pass => "✓",
            Self::Fail => "✗",
            Self::Timeout => "T",
            Self::BuildError => "B",
            Self::GraderError => "G",
            Self::Untouched => "○",
            Self::Ungraded => "–",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Timeout => "timeout",
            Self::BuildError => "does not compile",
            Self::GraderError => "grader error",
            Self::Untouched => "not attempted",
            Self::Ungraded => "not graded",
        }
    }

    /// Its class in page.css.
    pub fn class(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Timeout => "timeout",
            Self::BuildError => "build-error",
            Self::GraderError => "grader-error",
            Self::Untouched => "untouched",
            Self::Ungraded => "ungraded",
        }
    }
}
