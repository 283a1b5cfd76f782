//! Puts into a page what it names: the place of a listing, an output, a line's link, the sources of
//! a chapter, a picture of a call flow.
//!
//! | in a page | becomes |
//! |---|---|
//! | a `rust` block that holds `{{#include PATH:ANCHOR}}` | the lines, below a link to their place |
//! | `{{#output NAME of=WHO from="TEXT" to="TEXT"}}` | a snapshot, or a part of it |
//! | `{{#line FILE TEXT}}` | a link to the one line of the file that contains the text |
//! | `{{#sources FOLDER}}` | links to whole files, which become pages below this one |
//! | a `call-flow` block | a picture |
//!
//! It runs as a preprocessor of mdBook, before the one that puts in the included lines.

use std::ops::Range;
use std::path::Path;

use anyhow::Result;
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::call_flow::CallFlow;
use crate::listing::{Include, anchors, lines};
use crate::output::Selection;
use crate::page::{Block, Directive, Page};
use crate::problem::Problems;
use crate::project::Project;
use crate::source;

/// The preprocessor.
pub struct Expand;

impl Preprocessor for Expand {
    fn name(&self) -> &str {
        "book"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> Result<Book> {
        let project = Project::new(context.root.parent().unwrap_or(Path::new("")));
        let folder = Path::new("book").join(&context.config.book.src);
        let mut problems = Problems::default();
        let mut failed = None;
        book.for_each_mut(|item| {
            let BookItem::Chapter(chapter) = item else { return };
            let Some(path) = &chapter.source_path else { return };
            let page = Page::new(folder.join(path), chapter.content.clone());
            if let Err(error) = expand_chapter(&project, &page, chapter, &mut problems) {
                failed.get_or_insert(error);
            }
        });
        problems.result()?;
        failed.map_or(Ok(book), Err)
    }
}

fn expand_chapter(
    project: &Project,
    page: &Page,
    chapter: &mut Chapter,
    problems: &mut Problems,
) -> Result<()> {
    let expanded = page_text(project, page, problems);
    chapter.content = expanded.text;
    for folder in expanded.sources {
        for file in source::files(project, &folder)? {
            let mut page = source::page(project, &file, chapter)?;
            // The sidebar folds by these numbers, and does not show them.
            let next = chapter.sub_items.len() as u32 + 1;
            let number = chapter.number.iter().flat_map(|number| number.iter().copied());
            page.number = Some(number.chain([next]).collect());
            chapter.sub_items.push(BookItem::Chapter(page));
        }
    }
    Ok(())
}

/// A page with everything put in, and the folders whose files shall become pages below it.
pub struct Expanded {
    /// The page's text, for mdBook.
    pub text: String,
    /// The folders that `{{#sources}}` names.
    pub sources: Vec<String>,
}

/// Puts into `page` what it names. What cannot be had is noted as a problem.
pub fn page_text(project: &Project, page: &Page, problems: &mut Problems) -> Expanded {
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let mut sources = Vec::new();
    let blocks = page.blocks();
    let directives = page.directives();
    for block in &blocks {
        let made = match block.info.as_deref() {
            Some("rust") => listing(project, page, block, &directives),
            Some("call-flow") => CallFlow::parse(&block.body)
                .map(|flow| flow.svg())
                .map_err(|(line, what)| (block.line + line, what)),
            _ => continue,
        };
        match made {
            Ok(text) => changes.push((block.place.clone(), text)),
            Err((line, what)) => problems.add(&page.file, line, what),
        }
    }
    for directive in &directives {
        let made = match directive.name.as_str() {
            "include" => match blocks.iter().any(|block| is_listing(block, directive)) {
                true => continue, // the block has taken care of it
                false => Err("an include stands alone in a rust block".into()),
            },
            "output" => output(project, &directive.arguments),
            "line" => line(project, &directive.arguments),
            "sources" => {
                sources.push(directive.arguments.clone());
                source::list(project, &directive.arguments)
            }
            name => Err(format!("there is no directive called {name:?}")),
        };
        match made {
            Ok(text) => changes.push((directive.place.clone(), text)),
            Err(what) => problems.add(&page.file, directive.line, what),
        }
    }
    changes.sort_by_key(|(place, _)| place.start);
    let mut text = page.text.clone();
    for (place, new) in changes.into_iter().rev() {
        text.replace_range(place, &new);
    }
    Expanded { text, sources }
}

fn is_listing(block: &Block, directive: &Directive) -> bool {
    block.info.as_deref() == Some("rust") && block.place.contains(&directive.place.start)
}

/// A rust block with its place above it; the lines themselves are put in by mdBook.
fn listing(
    project: &Project,
    page: &Page,
    block: &Block,
    directives: &[Directive],
) -> Result<String, (usize, String)> {
    let wrong = |what: &str| (block.line, what.to_owned());
    let inside = directives.iter().find(|directive| is_listing(block, directive));
    let alone = inside.filter(|inside| {
        inside.name == "include" && page.text[inside.place.clone()] == *block.body.trim()
    });
    let alone = alone.ok_or(wrong("a rust block holds one {{#include PATH:ANCHOR}}, no more"))?;
    let include = Include::parse(&page.file, &alone.arguments)
        .ok_or(wrong("an include names an anchor: {{#include PATH:ANCHOR}}"))?;
    let shown = include.file.display();
    let text = project
        .read(&include.file)
        .map_err(|_| (alone.line, format!("there is no file {shown} to include")))?;
    let place = lines(&text, &include.anchor).ok_or_else(|| {
        let names: Vec<_> = anchors(&text).into_iter().map(|anchor| anchor.name).collect();
        let there = if names.is_empty() { "none".into() } else { names.join(", ") };
        (alone.line, format!("no anchor {:?} in {shown} (there: {there})", include.anchor))
    })?;
    let (first, last) = (place.start(), place.end());
    let range =
        if first == last { format!("line {first}") } else { format!("lines {first}–{last}") };
    let link = source::link(&include.file, *first);
    Ok(format!(
        "<p class=\"place\"><a href=\"{link}\">{shown}, {range}</a></p>\n\n```rust,ignore\n{}```\n",
        block.body
    ))
}

fn output(project: &Project, arguments: &str) -> Result<String, String> {
    let selection = Selection::parse(arguments)?;
    let lines = selection.take(project)?;
    // Lines of a conversation may wrap on a narrow page; what stands in columns may not.
    let kind =
        if lines.contains(" | ") || selection.is_one_side() { "text" } else { "text,columns" };
    Ok(format!("```{kind}\n{lines}\n```"))
}

fn line(project: &Project, arguments: &str) -> Result<String, String> {
    let (file, text) = arguments.split_once(' ').ok_or("a line is named by FILE and TEXT")?;
    let file = Path::new(file);
    let source = project.read(file).map_err(|_| format!("there is no file {}", file.display()))?;
    let found: Vec<_> =
        source.lines().enumerate().filter(|(_, line)| line.contains(text)).collect();
    match found[..] {
        [(index, _)] => {
            let name = source::short_name(file);
            Ok(format!("[{name}:{}]({})", index + 1, source::link(file, index + 1)))
        }
        _ => Err(format!("{} lines of {} contain {text:?}, not one", found.len(), file.display())),
    }
}
