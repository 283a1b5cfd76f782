//! What a page must not do. Everything wrong is told at once, each with its file and line.

mod anchors;
mod commands;
mod links;
mod methods;
mod wording;

use std::path::Path;

use anyhow::Result;

use crate::expand;
use crate::page::Page;
use crate::problem::Problems;
use crate::project::Project;

/// Checks the pages of a language as they were written.
///
/// Refused are: a listing, output or line that is not there; code that was pasted instead of
/// included; a command that names no target, package or flag of ours and that no recording has
/// run; an anchor that no page uses; a method without a link to the line that runs it; a page that
/// is not in the summary.
pub fn pages(project: &Project, language: &str) -> Result<()> {
    let pages = project.pages(language)?;
    let mut problems = Problems::default();
    for page in &pages {
        expand::page_text(project, page, &mut problems);
    }
    wording::check(project, &pages, &mut problems)?;
    commands::check(project, &pages, &mut problems)?;
    anchors::check(project, &pages, &mut problems)?;
    methods::check(&pages, &mut problems);
    summary(&pages, &mut problems);
    Ok(problems.result()?)
}

/// Checks the links and fragments of the pages that were built into `output`.
///
/// Refused are: a link or fragment that leads nowhere, a directive that is still there, and
/// anything that a browser would load from another machine.
pub fn links(project: &Project, language: &str, output: &Path) -> Result<()> {
    let pages = project.pages(language)?;
    let mut problems = Problems::default();
    links::check(&pages, output, &mut problems)?;
    Ok(problems.result()?)
}

/// mdBook leaves out a page that its summary does not name, without a word.
fn summary(pages: &[Page], problems: &mut Problems) {
    let is_summary = |page: &&Page| page.file.ends_with("SUMMARY.md");
    let Some(summary) = pages.iter().find(is_summary) else { return };
    for page in pages.iter().filter(|page| !is_summary(page)) {
        let name = page.file.file_name().unwrap_or_default().to_string_lossy();
        if !summary.text.contains(&format!("({name})")) {
            problems.add(&page.file, 1, "SUMMARY.md does not name this page");
        }
    }
}
