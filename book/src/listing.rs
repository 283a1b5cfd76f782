//! Parts of source files that a page shows: anchors, and the lines between them.

use std::ops::RangeInclusive;
use std::path::{Component, Path, PathBuf};

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

fn marker<'a>(line: &'a str, kind: &str) -> Option<&'a str> {
    line.trim().strip_prefix("// ")?.strip_prefix(kind).map(str::trim)
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

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn an_anchor_encloses_the_lines_between_its_markers() {
        let source = "a\n// ANCHOR: x\nb\nc\n    // ANCHOR_END: x\nd\n";
        assert_eq!(lines(source, "x"), Some(3..=4));
        assert_eq!(lines(source, "y"), None);
        assert_eq!(lines("// ANCHOR: x\nb\n", "x"), None);
        assert_eq!(lines("// ANCHOR: x\n// ANCHOR_END: x\n", "x"), None);
    }
}
