//! What was typed instead of included.

use crate::{PASTED, page};

#[test]
fn output_in_a_text_block() {
    page("# Page\n\n```text\n[INFO] received from client: hello\n```\n")
        .is_refused(&format!("book/en/page.md:3: {PASTED}"));
}

#[test]
fn output_in_a_block_without_a_language() {
    page("```\n[INFO] received from client: hello\n```\n")
        .is_refused(&format!("book/en/page.md:1: {PASTED}"));
}

#[test]
fn output_in_an_indented_block() {
    page("# Page\n\n    [INFO] received from client: hello\n")
        .is_refused(&format!("book/en/page.md:3: {PASTED}"));
}

#[test]
fn code_of_another_language() {
    page("```python\nsocket.socket()\n```\n").is_refused(&format!("book/en/page.md:1: {PASTED}"));
}

#[test]
fn short_code_that_no_program_prints() {
    page("# Page\n\nAnd then\n`[INFO] goodbye`.\n")
        .is_refused("book/en/page.md:4: no program of ours prints \"[INFO] goodbye\"");
}

#[test]
fn a_short_error_that_no_program_prints() {
    page("It says `error: cannot listen`.\n")
        .is_refused("book/en/page.md:1: no program of ours prints \"error: cannot listen\"");
}

#[test]
fn code_in_html() {
    for html in [
        "<pre>\nhello\n</pre>",
        "<PRE>\nhello\n</PRE>",
        "<samp>hello</samp>",
        "It prints <code>hello</code>.",
    ] {
        page(html).is_refused("book/en/page.md:1: code is set in Markdown, so that it is checked");
    }
}

#[test]
fn output_in_prose() {
    let refused = "no program of ours prints \"[INFO] typed by hand\"";
    for line in ["[INFO] typed by hand", "It says **[INFO] typed by hand", "> [INFO] typed by hand"]
    {
        page(line).is_refused(&format!("book/en/page.md:1: {refused}"));
    }
    page("```sh\n# [INFO] typed by hand\n```\n")
        .is_refused(&format!("book/en/page.md:2: {refused}"));
}
