//! The methods that the book promises to show running.

use crate::page::Page;
use crate::problem::Problems;

/// The page with the table.
const PAGE: &str = "methods.md";

/// What Python's `socket` module calls them, and what a line that runs one has in it.
const METHODS: [(&str, &[&str]); 18] = [
    ("bind", &["bind("]),
    ("listen", &["listen("]),
    ("accept", &["accept("]),
    ("connect", &["connect("]),
    ("recv", &["read(", "recv("]),
    ("send", &["write(", "send("]),
    ("sendall", &["write_all("]),
    ("recvfrom", &["recv_from("]),
    ("sendto", &["send_to("]),
    ("close", &["dropped", "drop("]),
    ("getpeername", &["peer_addr("]),
    ("getsockname", &["local_addr("]),
    ("setsockopt", &["set_reuse_address("]),
    ("getsockopt", &["r#type("]),
    ("settimeout", &["set_read_timeout("]),
    ("gettimeout", &["read_timeout("]),
    ("fileno", &["as_raw_fd("]),
    ("setblocking", &["set_nonblocking("]),
];

/// Each method has a heading of its own, and below it a link to the line that runs it.
pub fn check(pages: &[Page], problems: &mut Problems) {
    let Some(page) = pages.iter().find(|page| page.file.ends_with(PAGE)) else {
        for page in pages.iter().filter(|page| page.file.ends_with("SUMMARY.md")) {
            problems.add(&page.file, 1, format!("there is no page {PAGE}"));
        }
        return;
    };
    for (method, calls) in METHODS {
        let heading = format!("\n## {method}\n");
        let Some(start) = page.text.find(&heading) else {
            problems.add(&page.file, 1, format!("there is no heading \"## {method}\""));
            continue;
        };
        let body = &page.text[start + heading.len()..];
        let end = body.find("\n## ").unwrap_or(body.len());
        let python = format!(".{method}(");
        let runs = |line: &str| {
            let named = |call: &&str| line.contains(*call);
            line.contains("{{#line ") && calls.iter().chain([&&*python]).any(named)
        };
        if !body[..end].lines().any(runs) {
            let line = page.line(start + 1);
            problems.add(&page.file, line, format!("{method} has no {{{{#line}}}} that runs it"));
        }
    }
}
