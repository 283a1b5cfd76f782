//! What a page must not do. Everything wrong is told at once, each with its file and line; links are
//! followed when all else is right.

mod anchors;
mod commands;
mod links;
mod methods;
mod sources;
mod summary;
mod tasks;
mod wording;

use std::path::Path;

use anyhow::Result;

use crate::expand;
use crate::problem::Problems;
use crate::project::Project;
use crate::task;

/// Checks the pages of a language as they were written.
///
/// Refused are: a listing, output or line that is not there; code that was pasted instead of
/// included; a command that names no target, package or flag of ours and that no recording has
/// run; an anchor that no page uses; a source that is shown but has no page of its own; a method
/// without a link to the line that runs it; an exercise that no page shows; a page that is not in the summary, or a summary that
/// names a page that is not there.
pub fn pages(project: &Project, language: &str) -> Result<()> {
    let pages = project.pages(language)?;
    let mut problems = Problems::default();
    for page in &pages {
        expand::page_text(project, page, &mut problems);
    }
    wording::check(project, &pages, &mut problems)?;
    let tasks = task::all(project)?;
    commands::check(project, &pages, &tasks, &mut problems)?;
    tasks::check(&pages, &tasks, &mut problems);
    anchors::check(project, &pages, &mut problems)?;
    methods::check(&pages, &mut problems);
    sources::check(project, &pages, &mut problems);
    summary::check(&pages, &mut problems);
    Ok(problems.result()?)
}

/// Checks the links and fragments of the pages that were built into `output`.
///
/// Refused are: a link or fragment that leads nowhere, an id that a page has twice, a directive that
/// is still there, and anything that a browser would load from another machine.
pub fn links(project: &Project, language: &str, output: &Path) -> Result<()> {
    let pages = project.pages(language)?;
    let mut problems = Problems::default();
    links::check(&pages, output, &mut problems)?;
    Ok(problems.result()?)
}
