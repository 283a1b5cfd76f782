//! A page as it was written: its code blocks, its short code, its directives, each with its line.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use regex::Regex;

/// One Markdown file of the book.
pub struct Page {
    /// Where it stands, from the root of the project.
    pub file: PathBuf,
    /// Its text.
    pub text: String,
}

/// A block of code.
pub struct Block {
    /// What stands behind the opening fence; `None` for code that is set off by indentation.
    pub info: Option<String>,
    /// The lines between the fences.
    pub body: String,
    /// Where it stands in the page's text, fences included.
    pub place: Range<usize>,
    /// The line of its opening fence, counted from 1.
    pub line: usize,
}

/// A directive of ours, or one of mdBook's: `{{#name arguments}}`.
pub struct Directive {
    /// What stands behind `#`.
    pub name: String,
    /// The rest, without the spaces around it.
    pub arguments: String,
    /// Where it stands in the page's text, braces included.
    pub place: Range<usize>,
    /// Its line, counted from 1.
    pub line: usize,
}

impl Page {
    /// A page with this text.
    pub fn new(file: PathBuf, text: String) -> Self {
        Self { file, text }
    }

    /// The number of the line in which the byte at `offset` stands.
    pub fn line(&self, offset: usize) -> usize {
        self.text[..offset].matches('\n').count() + 1
    }

    /// Every block of code, in order.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut inside = false;
        for (event, place) in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let info = match kind {
                        CodeBlockKind::Fenced(info) => Some(info.to_string()),
                        CodeBlockKind::Indented => None,
                    };
                    let line = self.line(place.start);
                    blocks.push(Block { info, body: String::new(), place, line });
                    inside = true;
                }
                Event::Text(text) if inside => {
                    blocks.last_mut().expect("we are inside one").body.push_str(&text);
                }
                Event::End(TagEnd::CodeBlock) => inside = false,
                _ => {}
            }
        }
        blocks
    }

    /// Every piece of code within a line, with the number of that line.
    pub fn short_code(&self) -> Vec<(String, usize)> {
        let code = self.events().filter_map(|(event, place)| match event {
            Event::Code(code) => Some((code.to_string(), self.line(place.start))),
            _ => None,
        });
        code.collect()
    }

    /// Every directive, in order.
    pub fn directives(&self) -> Vec<Directive> {
        static DIRECTIVE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\{\{\s*#(\w+)\s*(.*?)\s*\}\}").expect("a valid pattern"));
        let found = DIRECTIVE.captures_iter(&self.text).map(|found| {
            let place = found.get(0).expect("the whole match").range();
            let line = self.line(place.start);
            Directive { name: found[1].into(), arguments: found[2].into(), place, line }
        });
        found.collect()
    }

    /// Whether there is nothing else in the lines of this part of the text.
    pub fn stands_alone(&self, place: &Range<usize>) -> bool {
        let (before, after) = (&self.text[..place.start], &self.text[place.end..]);
        let begins = before.is_empty() || before.ends_with('\n');
        begins && after.lines().next().unwrap_or_default().trim().is_empty()
    }

    /// The line of every beginning of a directive that is none: mdBook, too, would leave it there.
    pub fn leftovers(&self) -> Vec<usize> {
        static BEGINNING: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\{\{\s*#").expect("a valid pattern"));
        let directives = self.directives();
        let inside = |at| directives.iter().any(|directive| directive.place.contains(&at));
        let found = BEGINNING.find_iter(&self.text).map(|found| found.start());
        found.filter(|at| !inside(*at)).map(|at| self.line(at)).collect()
    }

    fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES).into_offset_iter()
    }
}
