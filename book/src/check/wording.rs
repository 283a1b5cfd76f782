//! Code and output that were typed into a page instead of included.

use anyhow::Result;

use crate::page::Page;
use crate::problem::Problems;
use crate::project::Project;

/// How a line that our programs print begins.
const PRINTED: [&str; 2] = ["[INFO] ", "error: "];

/// What would show code or output as it was typed.
const HTML: [&str; 6] = ["<pre", "<code", "<samp", "<tt", "<textarea", "style="];

/// What is said of any other block.
const PASTED: &str =
    "a block is rust, sh, call-flow or cut-stream; what a program prints comes from {{#output}}";

pub fn check(project: &Project, pages: &[Page], problems: &mut Problems) -> Result<()> {
    let snapshots = project.snapshots()?;
    for page in pages {
        for block in page.blocks() {
            if !matches!(block.info.as_deref(), Some("rust" | "sh" | "call-flow" | "cut-stream")) {
                problems.add(&page.file, block.line, PASTED);
            }
        }
        for (index, line) in page.text.lines().enumerate() {
            let html = line.to_ascii_lowercase();
            if HTML.iter().any(|tag| html.contains(tag)) {
                let what = "code is set in Markdown, so that it is checked";
                problems.add(&page.file, index + 1, what);
            }
            let is_printed = |text: &&str| snapshots.iter().any(|(_, all)| all.contains(*text));
            for printed in printed(line).filter(|text| !is_printed(text)) {
                let what = format!("no program of ours prints {printed:?}");
                problems.add(&page.file, index + 1, what);
            }
        }
    }
    Ok(())
}

/// What a line claims that a program prints: from such a beginning to the end of the line, or of the
/// short code in it, or to where it is cut by `…`. An error begins a line or a short code; prose has
/// the word, too.
fn printed(line: &str) -> impl Iterator<Item = &str> {
    PRINTED.iter().filter_map(|start| {
        let claimed = &line[line.find(start)?..];
        let before = &line[..line.len() - claimed.len()];
        let begins = start.starts_with('[') || before.is_empty() || before.ends_with('`');
        let end = claimed.find(['`', '…']).unwrap_or(claimed.len());
        begins.then(|| &claimed[..end])
    })
}
