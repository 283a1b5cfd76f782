//! Links to lines, and whole files.

use crate::page;
use crate::small_book::MAIN;

#[test]
fn a_line_that_is_not_there() {
    page(&format!("# Page\n\nSee {{{{#line {MAIN} .shutdown(}}}}.\n")).is_refused(
        "book/en/page.md:3: 0 lines of chapters/02-single-server/src/main.rs contain \
         \".shutdown(\", not one",
    );
}

#[test]
fn a_line_that_is_there_twice() {
    page(&format!("{{{{#line {MAIN} .se}}}}\n")).is_refused(
        "book/en/page.md:1: 2 lines of chapters/02-single-server/src/main.rs contain \
         \".se\", not one",
    );
}

#[test]
fn a_line_of_a_file_that_is_not_there() {
    page("{{#line chapters/mian.rs .listen(}}\n")
        .is_refused("book/en/page.md:1: there is no file chapters/mian.rs");
}

#[test]
fn a_line_without_a_text() {
    page(&format!("{{{{#line {MAIN}}}}}\n"))
        .is_refused("book/en/page.md:1: a line is named by FILE and TEXT");
}

#[test]
fn a_line_of_a_file_that_is_no_page_of_the_book() {
    let book = page("{{#line tests/chapters/02_single_server.rs conversation}}\n");
    book.write("tests/chapters/02_single_server.rs", "fn conversation() {}\n");
    book.is_refused(
        "book/en/page.md:1: no {{#sources}} makes a page of tests/chapters/02_single_server.rs",
    );
}

#[test]
fn sources_of_a_folder_that_is_not_there() {
    page("{{#sources chapters/20-server}}\n")
        .is_refused("book/en/page.md:1: there are no Rust files in chapters/20-server");
}

#[test]
fn sources_of_a_folder_without_any() {
    page("{{#sources tests/chapters}}\n")
        .is_refused("book/en/page.md:1: there are no Rust files in tests/chapters");
}

#[test]
fn sources_of_no_folder() {
    page("{{#sources}}\n").is_refused("book/en/page.md:1: sources are of a FOLDER");
}
