//! Parts of source files that a page shows: anchors, and the lines between them.

use std::ops::RangeInclusive;
use std::path::{Component, Path, PathBuf};

use crate::page::{Block, Directive, Page};
use crate::project::Project;
use crate::source;

/// `{{#include PATH:ANCHOR}}`, as it stands in a page.
pub struct Include {
    /// The included file, from the root of the project.
    pub file: PathBuf,
    /// The anchor's name.
    pub anchor: String,
}

impl Include {
    /// Reads the arguments of an include in `page`. `None` if no anchor is named.
    pub fn parse(page: &Path, arguments: &str) -> Option<Self> {
        let (path, anchor) = arguments.rsplit_once(':')?;
        let file = normal(&page.parent()?.join(path));
        let named = !anchor.is_empty() && !anchor.contains(['/', '.']);
        named.then(|| Self { file, anchor: anchor.to_owned() })
    }

    /// The id of the listing on its page.
    pub fn id(&self) -> String {
        let file = slashes(&self.file.with_extension("")).replace('/', "-");
        format!("listing-{file}-{}", self.anchor)
    }
}

/// An anchor in a source file.
pub struct Anchor {
    /// Its name.
    pub name: String,
    /// The line of its beginning, counted from 1.
    pub line: usize,
}

/// Every anchor that begins in `source`.
pub fn anchors(source: &str) -> Vec<Anchor> {
    let lines = source.lines().enumerate();
    let found = lines.filter_map(|(index, line)| {
        let name = marker(line, "ANCHOR:")?;
        Some(Anchor { name: name.to_owned(), line: index + 1 })
    });
    found.collect()
}

/// The lines of `source` that an anchor encloses, counted from 1, without the markers themselves.
/// `None` if it has no beginning, no end, or nothing in between.
pub fn lines(source: &str, anchor: &str) -> Option<RangeInclusive<usize>> {
    let find = |kind| {
        let marked = |line: &str| marker(line, kind) == Some(anchor);
        source.lines().position(marked).map(|index| index + 1)
    };
    let inside = find("ANCHOR:")? + 1..=find("ANCHOR_END:")? - 1;
    (!inside.is_empty()).then_some(inside)
}

/// The lines from `first` to `last`, without the markers of anchors that begin or end in between,
/// and without the indentation that all of them share.
fn between(source: &str, first: usize, last: usize) -> String {
    let lines = source.lines().take(last).skip(first - 1);
    let is_marker =
        |line: &&str| ["ANCHOR:", "ANCHOR_END:"].iter().any(|it| marker(line, it).is_some());
    let lines: Vec<&str> = lines.filter(|line| !is_marker(line)).collect();
    let filled = lines.iter().filter(|line| !line.trim().is_empty());
    let shared = filled.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let unindented = lines.iter().map(|line| line.get(shared..).unwrap_or_default());
    unindented.collect::<Vec<_>>().join("\n")
}

fn marker<'a>(line: &'a str, kind: &str) -> Option<&'a str> {
    line.trim().strip_prefix("// ")?.strip_prefix(kind).map(str::trim)
}

/// Whether a directive stands in a rust block.
pub fn is_in(block: &Block, directive: &Directive) -> bool {
    block.info.as_deref() == Some("rust") && block.place.contains(&directive.place.start)
}

/// The lines that a rust block includes, below their place. Fails with the line of the page, and
/// what is wrong there.
pub fn shown(
    project: &Project,
    page: &Page,
    block: &Block,
    directives: &[Directive],
) -> Result<String, (usize, String)> {
    let wrong = |what: &str| (block.line, what.to_owned());
    let inside = directives.iter().find(|directive| is_in(block, directive));
    let alone = inside.filter(|inside| {
        inside.name == "include" && page.text[inside.place.clone()] == *block.body.trim()
    });
    let alone = alone.ok_or(wrong("a rust block holds one {{#include PATH:ANCHOR}}, no more"))?;
    let include = Include::parse(&page.file, &alone.arguments)
        .ok_or(wrong("an include names an anchor: {{#include PATH:ANCHOR}}"))?;
    let shown = slashes(&include.file);
    let text = project
        .read(&include.file)
        .map_err(|_| (alone.line, format!("there is no file {shown} to include")))?;
    let place = lines(&text, &include.anchor).ok_or_else(|| {
        if anchors(&text).iter().any(|anchor| anchor.name == include.anchor) {
            let what = format!("the anchor {:?} in {shown} encloses nothing", include.anchor);
            return (alone.line, what + " (is there an ANCHOR_END below it?)");
        }
        let names: Vec<_> = anchors(&text).into_iter().map(|anchor| anchor.name).collect();
        let there = if names.is_empty() { "none".into() } else { names.join(", ") };
        (alone.line, format!("no anchor {:?} in {shown} (there: {there})", include.anchor))
    })?;
    let (first, last) = (place.start(), place.end());
    let range =
        if first == last { format!("line {first}") } else { format!("lines {first}–{last}") };
    let link = source::link(&include.file, *first);
    Ok(format!(
        "<p class=\"place\" id=\"{}\"><a href=\"{link}\">{shown}, {range}</a></p>\n\n`````rust,ignore\n{}\n`````\n",
        include.id(),
        between(&text, *first, *last)
    ))
}

/// A path without `..` in it: `book/en/../../chapters` is `chapters`.
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}

/// A path as it stands in links and in a page, with the same slashes on every system.
pub fn slashes(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{between, lines};

    #[test]
    fn the_indentation_that_all_lines_share_is_left_out() {
        let source = "fn f() {\n    if a {\n\n        b();\n    // ANCHOR: x\n    }\n}\n";
        assert_eq!(between(source, 2, 6), "if a {\n\n    b();\n}");
    }

    #[test]
    fn an_anchor_encloses_the_lines_between_its_markers() {
        let source = "a\n// ANCHOR: x\nb\nc\n    // ANCHOR_END: x\nd\n";
        assert_eq!(lines(source, "x"), Some(3..=4));
        assert_eq!(lines(source, "y"), None);
        assert_eq!(lines("// ANCHOR: x\nb\n", "x"), None);
        assert_eq!(lines("// ANCHOR: x\n// ANCHOR_END: x\n", "x"), None);
    }
}
