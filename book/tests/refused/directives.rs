//! Directives that are none.

use crate::{FILE, page};

#[test]
fn a_directive_that_nobody_knows() {
    page("{{#outptu single_server__conversation}}\n")
        .is_refused("book/en/page.md:1: there is no directive called \"outptu\"");
}

#[test]
fn a_directive_that_only_mdbook_knows() {
    page("{{#playground ../../chapters/02-single-server/src/main.rs}}\n")
        .is_refused("book/en/page.md:1: there is no directive called \"playground\"");
}

#[test]
fn a_directive_with_a_space_before_its_name() {
    page("# Page\n\n{{# output single_server__conversation}}\n")
        .is_refused("book/en/page.md:3: this is no {{#name arguments}} in one line");
}

#[test]
fn a_directive_that_is_not_closed() {
    page("# Page\n\n{{#output single_server__conversation\n")
        .is_refused("book/en/page.md:3: this is no {{#name arguments}} in one line");
}

#[test]
fn a_directive_that_goes_on_in_the_next_line() {
    page("{{#output single_server__conversation\nof=server}}\n")
        .is_refused("book/en/page.md:1: this is no {{#name arguments}} in one line");
}

#[test]
fn an_include_that_only_mdbook_would_read() {
    page(&format!("{{{{ #include {FILE}}}}}\n"))
        .is_refused("book/en/page.md:1: an include stands alone in a rust block");
}

#[test]
fn a_leftover_below_a_good_directive() {
    page("{{#output single_server__conversation}}\n\n{{#output single\n")
        .is_refused("book/en/page.md:3: this is no {{#name arguments}} in one line");
}
