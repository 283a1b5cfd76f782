//! Links of the built pages, followed one by one.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::listing::normal;
use crate::page::Page;
use crate::problem::Problems;

/// Pages that mdBook makes of others: what is wrong in them is wrong there.
const MADE: [&str; 4] = ["index.html", "print.html", "404.html", "toc.html"];

/// What a built page has that can be linked, and what it links to.
#[derive(Default)]
struct Built {
    ids: HashSet<String>,
    twice: Vec<String>,
    links: Vec<Link>,
    leftover: bool,
}

struct Link {
    to: String,
    /// Loaded with the page, without a click.
    loaded: bool,
}

pub fn check(pages: &[Page], output: &Path, problems: &mut Problems) -> Result<()> {
    let mut built = BTreeMap::new();
    read_folder(output, output, &mut built)?;
    for (path, page) in &built {
        let name = path.to_string_lossy();
        if MADE.contains(&&*name) {
            continue;
        }
        let written = Written::find(pages, path);
        for id in &page.twice {
            written.add(problems, id, &format!("the id {id:?} is there twice"));
        }
        if page.leftover {
            written.add(problems, "{{#", "a directive is left over");
        }
        for link in &page.links {
            if let Err(what) = follow(link, path, &built, output) {
                written.add(problems, &link.to, &what);
            }
        }
    }
    Ok(())
}

/// Where a link leads: to another machine, to a file, to an id in a page.
fn follow(
    link: &Link,
    from: &Path,
    built: &BTreeMap<PathBuf, Built>,
    output: &Path,
) -> Result<(), String> {
    let to = &link.to;
    let scheme = to.split_once(':').map(|(scheme, _)| scheme);
    match scheme.filter(|it| it.chars().all(|c| c.is_ascii_alphanumeric())) {
        Some("data") => return Ok(()),
        Some("http" | "https" | "mailto") if !link.loaded => return Ok(()),
        Some(_) if link.loaded => {
            return Err(format!("the page would load {to} from another machine"));
        }
        Some(scheme) => return Err(format!("{scheme} is no scheme of ours: {to}")),
        None => {}
    }
    if to.starts_with("//") && link.loaded {
        return Err(format!("the page would load {to} from another machine"));
    }
    if to.starts_with('/') {
        return Err(format!("the link {to} depends on where the book is"));
    }
    if to.is_empty() {
        return Err("a link is empty".into());
    }
    let (path, fragment) = to.split_once('#').unwrap_or((to, ""));
    let path = path.split('?').next().unwrap_or_default();
    let target = match path {
        "" => from.to_owned(),
        path => normal(&from.parent().unwrap_or(Path::new("")).join(path)),
    };
    if !output.join(&target).is_file() {
        return Err(format!("the link {to} leads nowhere"));
    }
    match built.get(&target) {
        Some(page) if !fragment.is_empty() && !page.ids.contains(fragment) => {
            Err(format!("no id {fragment:?} in {}", target.display()))
        }
        _ => Ok(()),
    }
}

/// The page, as it was written, that a built page comes from.
struct Written<'a> {
    file: PathBuf,
    text: &'a str,
}

impl<'a> Written<'a> {
    fn find(pages: &'a [Page], built: &Path) -> Self {
        let path = built.with_extension("md");
        match pages.iter().find(|page| page.file.ends_with(&path)) {
            Some(page) => Self { file: page.file.clone(), text: &page.text },
            None => Self { file: built.to_owned(), text: "" },
        }
    }

    /// Notes a problem, at the line where the page says `what_it_says`, or else at its first.
    fn add(&self, problems: &mut Problems, what_it_says: &str, what: &str) {
        let in_markdown = what_it_says.replacen(".html", ".md", 1);
        let found = self
            .text
            .lines()
            .position(|line| line.contains(&in_markdown) || line.contains(what_it_says));
        problems.add(&self.file, found.map_or(1, |index| index + 1), what);
    }
}

fn read_folder(root: &Path, folder: &Path, built: &mut BTreeMap<PathBuf, Built>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))?;
    for entry in entries {
        let file = entry?.path();
        if file.is_dir() {
            read_folder(root, &file, built)?;
        } else if file.extension().is_some_and(|extension| extension == "html") {
            let path = file.strip_prefix(root).expect("it is inside").to_owned();
            built.insert(path, read(&fs::read_to_string(&file)?));
        }
    }
    Ok(())
}

/// Reads the tags of a page.
fn read(html: &str) -> Built {
    let input = BufferQueue::default();
    input.push_back(html.into());
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input); // no script is run, so it reads to the end
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Sink(RefCell<Built>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut built = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) if text.contains("{{#") => built.leftover = true,
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                for attribute in &tag.attrs {
                    let value = attribute.value.to_string();
                    match &*attribute.name.local {
                        "id" if built.ids.contains(&value) => built.twice.push(value),
                        "id" => drop(built.ids.insert(value)),
                        "href" | "xlink:href" | "src" | "srcset" | "poster" | "data" => {
                            let loaded = &*tag.name != "a";
                            built.links.push(Link { to: value, loaded });
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}
