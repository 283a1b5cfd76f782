//! Exercises: their text comes from their READMEs.

use crate::SmallBook;

const README: &str = "chapters/02-single-server/exercises/notice-eof/README.md";

/// A book with one exercise, and this on its page.
fn exercise(readme: &str, page: &str) -> SmallBook {
    let book = SmallBook::with_page(page);
    book.write(README, readme);
    book.write(
        "chapters/02-single-server/exercises/notice-eof/Cargo.toml",
        "[package]\nname = \"ex02-notice-eof\"\n",
    );
    book
}

#[test]
fn an_exercise_is_a_part_of_its_page() {
    let readme = "# 02-notice-eof: the end\n\nRead [it](../../../../book/en/chapter.md#what-it-prints).\n\n\
                  ## The task\n\nNotice it.\n\n```sh\ncargo run -p ex02-notice-eof -- --port 7000\n\
                  HINT=2 cargo test -p ex02-notice-eof\n```\n\n```text\nA 0 1\n```\n";
    let book = exercise(readme, "# A page\n\n{{#task 02-notice-eof}}\n");
    book.is_built();
    book.shows("page", "<a href=\"chapter.html#what-it-prints\">it</a>");
    book.shows("page", "<h3 id=\"02-notice-eof-the-end\">");
    book.shows("page", "<h4 id=\"the-task\">");
}

#[test]
fn the_time_for_each_exercise() {
    let page = "# A page\n\n## Exercises\n\n{{#tasks}}\n\n{{#task 02-notice-eof}}\n";
    let readme = "# 02-notice-eof: the end\n\nPlan 15 minutes.\n";
    let book = exercise(readme, page);
    book.write("book/en/chapter-02.md", "# A chapter\n\n## Exercises\n");
    book.write(
        "book/en/SUMMARY.md",
        "# Summary\n\n[Welcome](welcome.md)\n\n- [A server](chapter.md)\n- [Methods](methods.md)\n\
         - [A page](page.md)\n- [02](chapter-02.md)\n",
    );
    book.is_built();
    book.shows(
        "page",
        "<td><a href=\"chapter-02.html#exercises\">02-notice-eof: the end</a></td><td>15</td>",
    );
    book.shows("page", "<td>all</td><td>15</td>");
    exercise("# 02-notice-eof: the end\n", page)
        .is_refused(&format!("book/en/page.md:5: {README}: there is no line \"Plan 15 minutes.\""));
}

#[test]
fn an_exercise_that_no_page_shows() {
    exercise("# 02-notice-eof: the end\n", "# A page\n")
        .is_refused(&format!("{README}:1: no page shows it by {{{{#task 02-notice-eof}}}}"));
}

#[test]
fn an_exercise_that_is_not_there() {
    SmallBook::with_page("{{#task 02-restart}}\n")
        .is_refused("book/en/page.md:1: no exercise is called \"02-restart\"");
}

#[test]
fn an_exercise_within_a_line() {
    exercise("# 02-notice-eof: the end\n", "Do {{#task 02-notice-eof}}\n")
        .is_refused("book/en/page.md:1: an exercise stands alone, at the beginning of its line");
}

#[test]
fn a_command_that_the_exercise_gets_wrong() {
    exercise("# A\n\n```sh\ncargo test -p ex02-restart\n```\n", "{{#task 02-notice-eof}}\n")
        .is_refused(&format!("{README}:4: no package is called \"ex02-restart\""));
}

#[test]
fn a_listing_in_an_exercise() {
    exercise("# A\n\n```rust\nlet a = 1;\n```\n", "{{#task 02-notice-eof}}\n")
        .is_refused(&format!("{README}:3: a block of an exercise is sh or text"));
}

#[test]
fn a_directive_in_an_exercise() {
    exercise("# A\n\n{{#output help}}\n", "{{#task 02-notice-eof}}\n")
        .is_refused(&format!("{README}:3: an exercise is read without the book: no directive"));
}

#[test]
fn a_link_of_an_exercise_that_leads_nowhere() {
    exercise("# A\n\nRead [it](../../../../book/en/gone.md).\n", "{{#task 02-notice-eof}}\n")
        .is_refused("book/en/page.md:1: the link gone.html leads nowhere");
}

#[test]
fn an_exercise_that_is_graded_and_not_there() {
    let book = exercise("# A\n", "{{#task 02-notice-eof}}\n\n`make grade EX=02-restart`\n");
    let makefile = "run-ch02: # a server\n\t@$(CARGO) run --package ch02-single-server -- $(ARGS)\n\
                    grade: # all\n\t@$(CARGO) run --package checks -- $(EX)\n";
    book.write("Makefile", makefile);
    book.write("tests/checks/Cargo.toml", "[package]\nname = \"checks\"\n");
    book.is_refused("book/en/page.md:3: no exercise is called \"02-restart\"");
}

#[test]
fn what_an_exercise_is_tried_with() {
    let readme = "# A\n\n```sh\n(printf a; sleep 1) | nc -N 127.0.0.1 6666\n```\n";
    exercise(readme, "# A page\n\n{{#task 02-notice-eof}}\n").is_built();
}

#[test]
fn a_variable_that_no_grader_reads() {
    page_with("HNT=2 cargo test")
        .is_refused("book/en/page.md:2: no recording has run \"HNT=2 cargo test\"");
}

fn page_with(command: &str) -> SmallBook {
    SmallBook::with_page(&format!("```sh\n{command}\n```\n"))
}
