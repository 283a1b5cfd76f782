//! Exercises: their text is shown, and holds nothing that was not checked.

use crate::page::Page;
use crate::problem::Problems;
use crate::task;

pub fn check(pages: &[Page], tasks: &[Page], problems: &mut Problems) {
    let directives = pages.iter().flat_map(Page::directives);
    let shown: Vec<_> = directives.filter(|it| it.name == "task").map(|it| it.arguments).collect();
    for page in tasks {
        let name = task::name(&page.file).unwrap_or_default();
        if !shown.contains(&name) {
            problems.add(&page.file, 1, format!("no page shows it by {{{{#task {name}}}}}"));
        }
        for block in page.blocks() {
            if !matches!(block.info.as_deref(), Some("sh" | "text")) {
                problems.add(&page.file, block.line, "a block of an exercise is sh or text");
            }
        }
        for line in page.directives().iter().map(|directive| directive.line) {
            problems.add(&page.file, line, "an exercise is read without the book: no directive");
        }
    }
}
