//! Code and output that were typed into a page instead of included.

use anyhow::Result;

use crate::page::Page;
use crate::problem::Problems;
use crate::project::Project;

/// How a line that our programs print begins.
const PRINTED: [&str; 2] = ["[INFO] ", "error: "];

pub fn check(project: &Project, pages: &[Page], problems: &mut Problems) -> Result<()> {
    let snapshots = project.snapshots()?;
    for page in pages {
        for block in page.blocks() {
            match block.info.as_deref() {
                Some("rust" | "sh" | "call-flow") => {}
                _ => problems.add(
                    &page.file,
                    block.line,
                    "a block is rust, sh or call-flow; what a program prints comes from {{#output}}",
                ),
            }
        }
        for (number, line) in page.text.lines().enumerate() {
            let html = line.to_ascii_lowercase();
            if ["<pre", "<code", "<samp", "<tt", "<textarea"].iter().any(|tag| html.contains(tag)) {
                problems.add(
                    &page.file,
                    number + 1,
                    "code is set in Markdown, so that it is checked",
                );
            }
        }
        for (code, line) in page.short_code() {
            let printed = PRINTED.iter().any(|start| code.starts_with(start));
            if printed && !snapshots.iter().any(|(_, text)| text.contains(&code)) {
                problems.add(&page.file, line, format!("no program of ours prints {code:?}"));
            }
        }
    }
    Ok(())
}
