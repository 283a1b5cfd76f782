//! More than one thing wrong.

use crate::{PASTED, page};

#[test]
fn every_problem_is_told_in_the_order_of_files_and_lines() {
    let book = page("`error: none`\n\n```sh\nmake run-ch20\n```\n\n{{#outptu}}\n\n```\n```\n");
    book.write("book/en/lost.md", "{{#output lost}}\n");
    book.write("tests/chapters/lost.rs", "// ANCHOR: lost\n");
    book.is_refused(&format!(
        "\
book/en/lost.md:1: SUMMARY.md does not name this page
book/en/lost.md:1: no snapshot is called \"lost\"
book/en/page.md:1: no program of ours prints \"error: none\"
book/en/page.md:4: the Makefile has no target \"run-ch20\"
book/en/page.md:7: there is no directive called \"outptu\"
book/en/page.md:9: {PASTED}
tests/chapters/lost.rs:1: no page uses the anchor \"lost\""
    ));
}

#[test]
fn every_broken_link_is_told() {
    page("[a](a.md)\n[b](#b)\n<img alt=\"\" src=\"https://example.org/c.png\">\n").is_refused(
        "\
book/en/page.md:1: the link a.html leads nowhere
book/en/page.md:2: no id \"b\" in page.html
book/en/page.md:3: the page would load https://example.org/c.png from another machine",
    );
}
