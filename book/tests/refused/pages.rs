//! The summary, and the page of methods.

use crate::small_book::{CLIENT, MAIN, METHODS, SmallBook};

#[test]
fn a_page_that_the_summary_does_not_name() {
    let book = SmallBook::new();
    book.write("book/en/lost.md", "# Lost\n");
    book.is_refused("book/en/lost.md:1: SUMMARY.md does not name this page");
}

#[test]
fn a_summary_that_names_a_page_that_is_not_there() {
    SmallBook::with_change("book/en/SUMMARY.md", "(page.md)", "(page.md)\n- [Lost](lost.md)")
        .is_refused("book/en/SUMMARY.md:8: there is no page lost.md");
}

#[test]
fn no_page_of_methods() {
    let book = SmallBook::with_change("book/en/SUMMARY.md", "- [Methods](methods.md)\n", "");
    book.remove("book/en/methods.md");
    book.is_refused("book/en/SUMMARY.md:1: there is no page methods.md");
}

#[test]
fn a_method_without_a_heading() {
    for method in METHODS {
        let heading = format!("## {method}\n");
        SmallBook::with_change("book/en/methods.md", &heading, "")
            .is_refused(&format!("book/en/methods.md:1: there is no heading \"## {method}\""));
    }
}

#[test]
fn a_method_without_a_line_that_runs_it() {
    for (index, method) in METHODS.iter().enumerate() {
        let file = if index < 7 { MAIN } else { CLIENT };
        let line = format!("{{{{#line {file} .{method}(}}}}");
        SmallBook::with_change("book/en/methods.md", &line, "Nothing runs it.").is_refused(
            &format!(
                "book/en/methods.md:{}: {method} has no {{{{#line}}}} that runs it",
                3 + 4 * index
            ),
        );
    }
}

#[test]
fn the_page_for_what_is_not_there_finds_its_style() {
    let book = SmallBook::new();
    book.is_built();
    assert!(book.html("404").contains("<base href=\"/en/\">"), "{}", book.html("404"));
}

#[test]
fn a_method_with_a_line_that_does_not_run_it() {
    let line = format!("{{{{#line {MAIN} .accept(}}}}");
    let other = format!("{{{{#line {MAIN} fn main()}}}}");
    let book = SmallBook::new();
    let page = book.read("book/en/methods.md").replace(&line, &other);
    book.write("book/en/methods.md", &page);
    book.fails("accept has no {{#line}} that runs it");
}
