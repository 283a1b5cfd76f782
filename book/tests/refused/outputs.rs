//! Outputs, and parts of them.

use crate::page;

#[test]
fn a_part_of_an_output() {
    let book = page("{{#output single_server__conversation from=\"sends\" to=\"received\"}}\n");
    book.is_built();
    let part = "…\nclient | (sends \"hello\")\nserver | [INFO] received from client: hello\n…";
    book.shows("page", part);
}

#[test]
fn an_output_without_a_snapshot() {
    page("# Page\n\n{{#output single_server__flood}}\n")
        .is_refused("book/en/page.md:3: no snapshot is called \"single_server__flood\"");
}

#[test]
fn an_output_of_somebody_who_said_nothing() {
    page("{{#output single_server__conversation of=clint}}\n").is_refused(
        "book/en/page.md:1: nobody is called \"clint\" in \"single_server__conversation\"",
    );
}

#[test]
fn an_output_from_a_line_that_is_not_there() {
    page("{{#output single_server__conversation from=\"quit!\"}}\n").is_refused(
        "book/en/page.md:1: no such line in \"single_server__conversation\": \"quit!\"",
    );
}

#[test]
fn an_output_to_a_line_that_is_not_there() {
    page("{{#output single_server__conversation to=\"quit!\"}}\n").is_refused(
        "book/en/page.md:1: no such line in \"single_server__conversation\": \"quit!\"",
    );
}

#[test]
fn an_output_to_a_line_that_comes_earlier() {
    page("{{#output single_server__conversation from=received to=sends}}\n").is_refused(
        "book/en/page.md:1: no such line in \"single_server__conversation\": \"sends\"",
    );
}

#[test]
fn an_output_with_a_word_too_many() {
    page("{{#output single_server__conversation server}}\n")
        .is_refused("book/en/page.md:1: cannot read \"server\"");
}

#[test]
fn an_output_with_an_argument_that_nobody_knows() {
    page("{{#output single_server__conversation by=server}}\n")
        .is_refused("book/en/page.md:1: cannot read \"by=server\"");
}

#[test]
fn an_output_with_an_open_quote() {
    page("{{#output single_server__conversation from=\"sends}}\n")
        .is_refused("book/en/page.md:1: cannot read \"from=\"");
}

#[test]
fn an_output_within_a_sentence() {
    page("# Page\n\nSee {{#output single_server__conversation}}.\n")
        .is_refused("book/en/page.md:3: an output stands alone, at the beginning of its line");
}

#[test]
fn an_output_within_a_list() {
    page("- see\n\n  {{#output single_server__conversation}}\n")
        .is_refused("book/en/page.md:3: an output stands alone, at the beginning of its line");
}

#[test]
fn an_output_that_would_end_its_block() {
    let book = page("{{#output single_server__fence}}\n");
    book.snapshot("single_server__fence", "a\n```\n**b**\n");
    book.is_built();
    book.shows("page", "a\n```\n**b**");
}

#[test]
fn an_output_that_mdbook_would_take_for_an_include() {
    let book = page("{{#output single_server__include}}\n");
    book.snapshot("single_server__include", "{{#include ../../Makefile}}\n");
    book.is_refused("book/en/page.md:1: a directive is left over");
}

#[test]
fn two_snapshots_of_one_name() {
    let book = page("{{#output recordings__listening}}\n");
    book.snapshot("recordings__listening", "nobody listens\n");
    book.fails("another snapshot has this name, too");
}
