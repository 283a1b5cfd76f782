//! Puts into a page what it names: the place of a listing, an output, a line's link, the sources of
//! a chapter, a picture of a call flow.
//!
//! | in a page | becomes |
//! |---|---|
//! | a `rust` block with `{{#include PATH:ANCHOR}}` | the lines, below a link to their place |
//! | `{{#output NAME of=WHO from="TEXT" to="TEXT" in=columns}}` | a snapshot, or a part of it |
//! | `{{#line FILE TEXT}}` | a link to the one line of the file that contains the text |
//! | `{{#sources FOLDER}}` | links to whole files, which become pages below this one |
//! | `{{#task NAME}}` | the README of an exercise |
//! | `{{#timeline CHAPTER}}` | a recorded conversation: its picture, and its steps |
//! | `{{#step CHAPTER TEXT}}` | a link to the step of it whose text contains this |
//! | a `call-flow` block, a `cut-stream` block | a picture |
//!
//! It runs as a preprocessor of mdBook, and leaves nothing for mdBook's own to include.

use std::ops::Range;
use std::path::Path;

use anyhow::Result;
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::call_flow::CallFlow;
use crate::cut_stream::CutStream;
use crate::page::{Block, Directive, Page};
use crate::problem::Problems;
use crate::project::Project;
use crate::{listing, output, recorded, source, task};

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
    let (blocks, directives) = (page.blocks(), page.directives());
    for block in &blocks {
        match block_text(project, page, block, &directives) {
            Some(Ok(text)) => changes.push((block.place.clone(), text)),
            Some(Err((line, what))) => problems.add(&page.file, line, what),
            None => {}
        }
    }
    for directive in &directives {
        match directive_text(project, page, directive, (&blocks, &directives)) {
            Some(Ok(text)) => changes.push((directive.place.clone(), text)),
            Some(Err(what)) => problems.add(&page.file, directive.line, what),
            None => {}
        }
    }
    for line in page.leftovers() {
        problems.add(&page.file, line, "this is no {{#name arguments}} in one line");
    }
    changes.sort_by_key(|(place, _)| place.start);
    let mut text = page.text.clone();
    for (place, new) in changes.into_iter().rev() {
        text.replace_range(place, &new);
    }
    let sources = directives.into_iter().filter(|directive| directive.name == "sources");
    Expanded { text, sources: sources.map(|directive| directive.arguments).collect() }
}

/// What a block becomes; `None` if it stays as it is. Fails with the line, and what is wrong there.
fn block_text(
    project: &Project,
    page: &Page,
    block: &Block,
    directives: &[Directive],
) -> Option<Result<String, (usize, String)>> {
    let made = match block.info.as_deref()? {
        "rust" => listing::shown(project, page, block, directives),
        "call-flow" => CallFlow::parse(&block.body)
            .map(|flow| flow.svg())
            .map_err(|(line, what)| (block.line + line, what)),
        "cut-stream" => CutStream::parse(&block.body)
            .map(|stream| stream.svg())
            .map_err(|(line, what)| (block.line + line, what)),
        _ => return None,
    };
    let is_indented = page.text[..block.place.start].ends_with(' ');
    let indented = || (block.line, "such a block begins at the beginning of its line".into());
    Some(made.and_then(|text| if is_indented { Err(indented()) } else { Ok(text) }))
}

/// What a directive becomes; `None` if the block that it is in has taken care of it.
fn directive_text(
    project: &Project,
    page: &Page,
    directive: &Directive,
    (blocks, all): (&[Block], &[Directive]),
) -> Option<Result<String, String>> {
    let arguments = &directive.arguments;
    Some(match directive.name.as_str() {
        "include" if blocks.iter().any(|block| listing::is_in(block, directive)) => return None,
        "include" => Err("an include stands alone in a rust block".into()),
        _ if blocks.iter().any(|block| is_in_another_block(block, directive)) => {
            Err("a block holds no directive, but for a rust block its include".into())
        }
        "output" if !page.stands_alone(&directive.place) => {
            Err("an output stands alone, at the beginning of its line".into())
        }
        "output" => output::shown(project, arguments),
        "line" => source::line(project, arguments),
        "task" | "tasks" if !page.stands_alone(&directive.place) => {
            Err("an exercise stands alone, at the beginning of its line".into())
        }
        "task" => task::shown(project, arguments),
        "tasks" => task::table(project),
        "timeline" if !page.stands_alone(&directive.place) => {
            Err("a timeline stands alone, at the beginning of its line".into())
        }
        "timeline" => recorded::shown(project, page, all, arguments),
        "step" => recorded::step(project, arguments),
        "sources" if arguments.is_empty() => Err("sources are of a FOLDER".into()),
        "sources" => source::list(project, arguments),
        name => Err(format!("there is no directive called {name:?}")),
    })
}

fn is_in_another_block(block: &Block, directive: &Directive) -> bool {
    block.info.as_deref() != Some("rust") && block.place.contains(&directive.place.start)
}
