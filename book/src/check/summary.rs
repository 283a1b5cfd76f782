//! The summary and the pages must name each other: mdBook leaves out a page that its summary does
//! not name, without a word.

use std::sync::LazyLock;

use regex::Regex;

use crate::page::Page;
use crate::problem::Problems;

pub fn check(pages: &[Page], problems: &mut Problems) {
    static LINK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\]\((\S+\.md)\)").expect("a valid pattern"));
    let is_summary = |page: &&Page| page.file.ends_with("SUMMARY.md");
    let Some(summary) = pages.iter().find(is_summary) else { return };
    let named = || LINK.captures_iter(&summary.text).map(|link| link.get(1).expect("a name"));
    for page in pages.iter().filter(|page| !is_summary(page)) {
        if !named().any(|name| page.file.ends_with(name.as_str())) {
            problems.add(&page.file, 1, "SUMMARY.md does not name this page");
        }
    }
    for name in named() {
        if !pages.iter().any(|page| page.file.ends_with(name.as_str())) {
            let line = summary.line(name.start());
            problems.add(&summary.file, line, format!("there is no page {}", name.as_str()));
        }
    }
}
