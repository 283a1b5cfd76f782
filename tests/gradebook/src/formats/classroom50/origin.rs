//! What Classroom 50 wants to know of a submission beyond its scores.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Class;

/// Where submissions come from. In a workflow of Classroom 50 the environment tells:
///
/// | field      | variable     | where it is not known                                     |
/// |------------|--------------|-----------------------------------------------------------|
/// | classroom  | `CLASSROOM`  | `local`                                                   |
/// | assignment | `ASSIGNMENT` | `sockets-step-by-step`                                    |
/// | the rest   | see [`Pushed`], for a class of one: a workflow grades one submission    ||
///
/// A variable that is empty is none.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The short name of the classroom.
    pub classroom: String,
    /// The short name of the assignment.
    pub assignment: String,
    /// `None` for a folder that a teacher grades.
    pub pushed: Option<Pushed>,
}

/// Where one submission is kept.
///
/// | field      | variable         | for a folder that a teacher grades                        |
/// |------------|------------------|-----------------------------------------------------------|
/// | submission | `SUBMISSION_TAG` | `submit/`, when it was graded, and 7 digits of its hash   |
/// | commit     | `COMMIT_URL`     | `local:` and the hash: it is no commit, and has no address |
/// | release    | `RELEASE_URL`    | `local`: nothing was released                             |
/// | review     | `REVIEW_URL`, else that of the commit | `local`: there is no page to review it   |
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
