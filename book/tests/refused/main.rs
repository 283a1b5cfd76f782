//! A book that breaks one rule is refused, with the file, the line and the reason. Each test breaks
//! one thing in a small book that breaks none.
//!
//! The text on the page begins in line 1, so a line in a refusal is counted from the opening quote.

mod all_at_once;
mod call_flows;
mod commands;
mod cut_streams;
mod directives;
mod links;
mod listings;
mod outputs;
mod pages;
mod small_book;
mod sources;
mod tasks;
mod typed;

use std::path::Path;

use small_book::SmallBook;

/// A file as an include names it, from a page.
const FILE: &str = "../../chapters/02-single-server/src/main.rs";
/// What is said of code and output that stand in a page.
const PASTED: &str =
    "a block is rust, sh, call-flow or cut-stream; what a program prints comes from {{#output}}";

fn page(text: &str) -> SmallBook {
    SmallBook::with_page(text)
}

/// A page on which a reader is told to type this line. It stands in line 2.
fn command(line: &str) -> SmallBook {
    page(&format!("```sh\n{line}\n```\n"))
}

#[test]
fn the_book_that_breaks_no_rule_is_built() {
    let book = SmallBook::new();
    assert_eq!(book.is_built(), Path::new("book/out/en/index.html"));
    // A listing below its place, without the markers of its anchor.
    book.shows("chapter", ">chapters/02-single-server/src/main.rs, lines 8–9</a></p>");
    book.shows("chapter", ">socket.bind();\nsocket.listen();");
    // One side of a transcript.
    let printed = "[INFO] server start at : 127.0.0.1:6666\n[INFO] received from client: hello\n";
    book.shows("chapter", &format!("<code class=\"language-text\">{printed}</code>"));
    // A picture, with the time that the server waits.
    book.shows("chapter", "<title id=\"flow-one-message-title\">One message</title>");
    book.shows("chapter", "<rect class=\"wait\"");
    // The sources, main.rs first, each with the first sentence of its header.
    let main = "<li><a href=\"source/02-single-server/main.html\">main.rs</a>: A server for one \
                client.</li>\n";
    let client = "<li><a href=\"source/02-single-server/client.html\">client.rs</a>: The other \
                  end, and every call that the server does without.</li>\n";
    book.shows("chapter", &format!("<ul>\n{main}{client}</ul>"));
    // A page for each of them, with numbers to which links lead.
    book.shows("source/02-single-server/main", "<span id=\"L8\">8</span>");
    book.shows("source/02-single-server/client", "//! The other end");
    let link = "<a href=\"source/02-single-server/main.html#L8\">02-single-server/main.rs:8</a>";
    book.shows("methods", link);
}

#[test]
fn a_page_has_one_first_heading_and_a_header() {
    let book = SmallBook::new();
    book.is_built();
    let html = book.html("page");
    assert_eq!(html.matches("<h1").count(), 1, "{html}");
    assert!(html.contains("<header id=\"mdbook-menu-bar\""), "{html}");
}
