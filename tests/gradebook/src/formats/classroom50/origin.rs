//! What Classroom 50 wants to know of a submission beyond its scores.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Class;

/// Where submissions come from. A workflow of Classroom 50 puts it into the environment of an
/// autograder; a variable that is empty is none.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The short name of the classroom: `CLASSROOM`, or `local`.
    pub classroom: String,
    /// The short name of the assignment: `ASSIGNMENT`, or `sockets-step-by-step`.
    pub assignment: String,
    /// Where the one submission of a workflow is kept; `None` for a folder that a teacher grades.
    pub pushed: Option<Pushed>,
}

/// Where a submission is kept.
///
/// | field      | in a workflow                    | in a folder that a teacher grades                  |
/// |------------|----------------------------------|----------------------------------------------------|
/// | submission | `SUBMISSION_TAG`                 | `submit/`, when it was graded, 7 digits of its hash |
/// | commit     | `COMMIT_URL`                     | `local:` and the hash: it is no commit             |
/// | release    | `RELEASE_URL`                    | `local`: nothing was released                      |
/// | review     | `REVIEW_URL`, or `COMMIT_URL`    | `local`: no page shows it                          |
///
/// The hash is the SHA-256 of what was graded: the same files, the same hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pushed {
    submission: String,
    commit: String,
    release: String,
    review: String,
}

impl Origin {
    /// What `variable` knows, and the defaults for the rest.
    pub fn of_class(class: &Class, variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        Self {
            classroom: variable("CLASSROOM").unwrap_or_else(|| "local".to_owned()),
            assignment: variable("ASSIGNMENT").unwrap_or_else(|| "sockets-step-by-step".to_owned()),
            pushed: (class.submissions.len() == 1).then(|| Pushed::known(variable)).flatten(),
        }
    }
}

impl Pushed {
    /// All of it from a workflow, or nothing: half of it would be about two different things.
    fn known(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let commit = variable("COMMIT_URL")?;
        Some(Self {
            submission: variable("SUBMISSION_TAG").filter(|tag| tag.starts_with("submit/"))?,
            release: variable("RELEASE_URL")?,
            review: variable("REVIEW_URL").unwrap_or_else(|| commit.clone()),
            commit,
        })
    }

    /// For a folder. The tag has no colons, as git allows none in a tag.
    pub(super) fn local(graded: DateTime<Utc>, hash: &str) -> Self {
        let time = graded.format("%Y-%m-%dT%H-%M-%SZ");
        Self {
            submission: format!("submit/{time}-{}", &hash[..7]),
            commit: format!("local:{hash}"),
            release: "local".to_owned(),
            review: "local".to_owned(),
        }
    }
}
