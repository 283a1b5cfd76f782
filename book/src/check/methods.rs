//! The methods that the book promises to show running.

use crate::page::Page;
use crate::problem::Problems;

/// The page with the table.
const PAGE: &str = "methods.md";

/// What Python's `socket` module calls them.
const METHODS: [&str; 18] = [
    "bind",
    "listen",
    "accept",
    "connect",
    "recv",
    "send",
    "sendall",
    "recvfrom",
    "sendto",
    "close",
    "getpeername",
    "getsockname",
    "setsockopt",
    "getsockopt",
    "settimeout",
    "gettimeout",
    "fileno",
    "setblocking",
];

/// Each method has a heading of its own, and below it a link to the line that runs it.
pub fn check(pages: &[Page], problems: &mut Problems) {
    let Some(page) = pages.iter().find(|page| page.file.ends_with(PAGE)) else {
        for page in pages.iter().filter(|page| page.file.ends_with("SUMMARY.md")) {
            problems.add(&page.file, 1, format!("there is no page {PAGE}"));
        }
        return;
    };
    for method in METHODS {
        let heading = format!("\n## {method}\n");
        let Some(start) = page.text.find(&heading) else {
            problems.add(&page.file, 1, format!("there is no heading \"## {method}\""));
            continue;
        };
        let body = &page.text[start + heading.len()..];
        let end = body.find("\n## ").unwrap_or(body.len());
        if !body[..end].contains("{{#line ") {
            let line = page.line(start + 1);
            problems.add(&page.file, line, format!("{method} has no {{{{#line}}}} that runs it"));
        }
    }
}
