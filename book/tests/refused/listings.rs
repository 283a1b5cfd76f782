//! Listings: what a rust block may hold.

use crate::small_book::{MAIN, SmallBook};
use crate::{FILE, page};

#[test]
fn a_listing_of_a_file_that_is_not_there() {
    page("```rust\n{{#include ../../chapters/mian.rs:listen}}\n```\n")
        .is_refused("book/en/page.md:2: there is no file chapters/mian.rs to include");
}

#[test]
fn a_listing_of_an_anchor_that_is_not_there() {
    page(&format!("```rust\n{{{{#include {FILE}:lisen}}}}\n```\n")).is_refused(
        "book/en/page.md:2: no anchor \"lisen\" in chapters/02-single-server/src/main.rs \
         (there: listen)",
    );
}

#[test]
fn an_include_without_an_anchor() {
    for end in ["", ":"] {
        page(&format!("```rust\n{{{{#include {FILE}{end}}}}}\n```\n"))
            .is_refused("book/en/page.md:1: an include names an anchor: {{#include PATH:ANCHOR}}");
    }
}

#[test]
fn an_include_outside_a_rust_block() {
    page(&format!("# Page\n\n{{{{#include {FILE}:listen}}}}\n"))
        .is_refused("book/en/page.md:3: an include stands alone in a rust block");
}

#[test]
fn a_rust_block_with_pasted_code() {
    page("# Page\n\n```rust\nsocket.listen();\n```\n")
        .is_refused("book/en/page.md:3: a rust block holds one {{#include PATH:ANCHOR}}, no more");
}

#[test]
fn a_rust_block_with_an_output() {
    page("```rust\n{{#output single_server__conversation}}\n```\n")
        .is_refused("book/en/page.md:1: a rust block holds one {{#include PATH:ANCHOR}}, no more");
}

#[test]
fn a_rust_block_with_two_includes() {
    let include = format!("{{{{#include {FILE}:listen}}}}\n");
    page(&format!("```rust\n{include}{include}```\n"))
        .is_refused("book/en/page.md:1: a rust block holds one {{#include PATH:ANCHOR}}, no more");
}

#[test]
fn a_rust_block_with_a_line_beside_its_include() {
    page(&format!("```rust\n{{{{#include {FILE}:listen}}}}\nsocket.accept();\n```\n"))
        .is_refused("book/en/page.md:1: a rust block holds one {{#include PATH:ANCHOR}}, no more");
}

#[test]
fn an_anchor_that_no_page_uses() {
    SmallBook::with_change(MAIN, "    client.recv();", "    // ANCHOR: talk\n    client.recv();")
        .is_refused("chapters/02-single-server/src/main.rs:12: no page uses the anchor \"talk\"");
}

#[test]
fn an_anchor_in_a_test_that_no_page_uses() {
    let book = SmallBook::new();
    book.write("tests/chapters/02_single_server.rs", "// ANCHOR: all\n// ANCHOR_END: all\n");
    book.is_refused("tests/chapters/02_single_server.rs:1: no page uses the anchor \"all\"");
}

#[test]
fn a_listing_within_a_list() {
    page(&format!("- see\n\n  ```rust\n  {{{{#include {FILE}:listen}}}}\n  ```\n"))
        .is_refused("book/en/page.md:3: such a block begins at the beginning of its line");
}

#[test]
fn an_anchor_without_an_end() {
    SmallBook::with_change(MAIN, "    // ANCHOR_END: listen\n", "").is_refused(
        "book/en/chapter.md:4: the anchor \"listen\" in chapters/02-single-server/src/main.rs \
         encloses nothing (is there an ANCHOR_END below it?)",
    );
}

#[test]
fn a_comment_that_speaks_of_an_anchor_does_not_begin_it() {
    let source = "    // ANCHOR: listen";
    let book = SmallBook::with_change(
        MAIN,
        source,
        &format!("    // see ANCHOR: listen\n    lie();\n{source}"),
    );
    book.is_built();
    book.shows(
        "chapter",
        "lines 10–11</a></p>\n\n<pre><code class=\"language-rust ignore\">socket.bind();",
    );
}

#[test]
fn a_listing_that_nothing_compiles() {
    let book = page("```rust\n{{#include ../../chapters/02-single-server/src/ghost.rs:a}}\n```\n");
    let ghost = "chapters/02-single-server/src/ghost.rs";
    book.write(ghost, "// ANCHOR: a\nthis does not compile\n// ANCHOR_END: a\n");
    book.is_refused(&format!("book/en/page.md:2: nothing compiles {ghost}: no mod names it"));
}
