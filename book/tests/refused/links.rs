//! Links of the built pages.

use crate::page;
use crate::small_book::SmallBook;

#[test]
fn a_link_to_a_page_that_is_not_there() {
    page("# Page\n\nSee [there](nowhere.md).\n")
        .is_refused("book/en/page.md:3: the link nowhere.html leads nowhere");
}

#[test]
fn a_link_to_a_picture_that_is_not_there() {
    page("# Page\n\n![A picture](none.svg)\n")
        .is_refused("book/en/page.md:3: the link none.svg leads nowhere");
}

#[test]
fn a_link_to_a_heading_that_is_not_in_the_other_page() {
    page("# Page\n\nSee [there](chapter.md#what-it-sings).\n")
        .is_refused("book/en/page.md:3: no id \"what-it-sings\" in chapter.html");
}

#[test]
fn a_link_to_a_heading_that_is_not_in_the_same_page() {
    page("# Page\n\nSee [above](#pages).\n")
        .is_refused("book/en/page.md:3: no id \"pages\" in page.html");
}

#[test]
fn an_id_that_is_there_twice() {
    page("# Page\n\n<p id=\"here\">One.</p>\n\n<p id=\"here\">Two.</p>\n")
        .is_refused("book/en/page.md:3: the id \"here\" is there twice");
}

#[test]
fn links_to_other_machines() {
    page(
        "<a href=\"https://example.org/\">a</a> <https://example.org/> [b](mailto:b@example.org)\n",
    )
    .is_built();
}

#[test]
fn a_picture_from_another_machine() {
    page("# Page\n\n<img alt=\"\" src=\"https://example.org/a.png\">\n").is_refused(
        "book/en/page.md:3: the page would load https://example.org/a.png from another machine",
    );
}

#[test]
fn a_script_from_another_machine() {
    page("# Page\n\n<script src=\"//example.org/a.js\"></script>\n").is_refused(
        "book/en/page.md:3: the page would load //example.org/a.js from another machine",
    );
}

#[test]
fn a_style_from_another_machine() {
    page("# Page\n\n<link rel=\"stylesheet\" href=\"https://example.org/a.css\">\n").is_refused(
        "book/en/page.md:3: the page would load https://example.org/a.css from another machine",
    );
}

#[test]
fn a_broken_link_in_the_first_page() {
    SmallBook::with_change("book/en/welcome.md", "chapter.md#what-it-prints", "nowhere.md")
        .is_refused("book/en/welcome.md:3: the link nowhere.html leads nowhere");
}

#[test]
fn a_link_from_the_root() {
    page("[x](/etc/passwd)\n")
        .is_refused("book/en/page.md:1: the link /etc/passwd depends on where the book is");
}

#[test]
fn other_ways_to_load() {
    for tag in ["img srcset", "object data", "video poster", "image xlink:href"] {
        page(&format!("<{tag}=\"https://example.org/a\">\n")).is_refused(
            "book/en/page.md:1: the page would load https://example.org/a from another machine",
        );
    }
}

#[test]
fn links_that_are_none() {
    page("[x]()\n").is_refused("book/en/page.md:1: a link is empty");
    page("[x](foo://bar)\n").is_refused("book/en/page.md:1: foo is no scheme of ours: foo://bar");
    page("[x](nowhere.html#://)\n")
        .is_refused("book/en/page.md:1: the link nowhere.html#:// leads nowhere");
}

#[test]
fn what_is_refused_does_not_replace_what_was_built() {
    let book = SmallBook::new();
    book.is_built();
    book.write("book/en/page.md", "[x](nowhere.md)\n");
    book.fails("the link nowhere.html leads nowhere");
    book.shows("page", "A page");
}
