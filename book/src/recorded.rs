//! Recorded conversations: the picture of one, and links to its steps.

use std::path::{Path, PathBuf};

use timeline::files;
use timeline::picture::{Figure, Layout, steps, told};
use timeline::recording::{Recording, Source};

use crate::listing::{self, Include};
use crate::page::{Directive, Page};
use crate::project::Project;
use crate::source;

/// Where the recordings are, each under the number of its chapter.
const FOLDER: &str = "tests/chapters/timelines";

/// `{{#timeline CHAPTER}}`: the picture of a chapter's conversation, with its steps.
pub fn shown(
    project: &Project,
    page: &Page,
    directives: &[Directive],
    chapter: &str,
) -> Result<String, String> {
    let recording = read(project, chapter)?;
    let has_page = |source: &Source| source.file.starts_with("chapters/"); // its whole file does
    let link = |source: &Source| has_page(source).then(|| place(project, page, directives, source));
    let figure = Figure { recording: &recording, id: &id(chapter), link: &link };
    Ok(figure.html() + "\n")
}

/// `{{#step CHAPTER TEXT}}`: a link to the one step of a conversation whose text contains this; with
/// `#2` behind the text, to the second one that does.
pub fn step(project: &Project, arguments: &str) -> Result<String, String> {
    let (chapter, text) = arguments.split_once(' ').ok_or("a step is named by CHAPTER and TEXT")?;
    let (text, which) = match text.rsplit_once(" #") {
        Some((text, number)) => (text, number.parse().ok()),
        None => (text, None),
    };
    let recording = read(project, chapter)?;
    let texts = steps(&Layout::of(&recording)).into_iter().map(|step| told(&recording, &step));
    let found: Vec<(usize, String)> =
        texts.enumerate().filter(|(_, step)| step.contains(text)).collect();
    let only = if found.len() == 1 { Some(1) } else { None };
    let chosen = which.or(only).and_then(|which: usize| found.get(which.checked_sub(1)?));
    match chosen {
        Some((index, _)) => {
            let number = index + 1;
            Ok(format!("[step {number}](#{}-{number})", id(chapter)))
        }
        None => {
            let list: Vec<_> = found.iter().map(|(_, step)| format!("\n    {step}")).collect();
            Err(format!(
                "{} steps of timeline {chapter} contain {text:?}, not one (say which, as in \"#2\"){}",
                found.len(),
                list.concat()
            ))
        }
    }
}

fn read(project: &Project, chapter: &str) -> Result<Recording, String> {
    let file = project.path(&Path::new(FOLDER).join(format!("{chapter}.json")));
    files::read(&file).map_err(|error| format!("{error:#} (`make record` makes recordings)"))
}

fn id(chapter: &str) -> String {
    format!("timeline-{chapter}")
}

/// Where a line can be read: in a listing of this page, or else in its whole file.
fn place(project: &Project, page: &Page, directives: &[Directive], source: &Source) -> String {
    let file = PathBuf::from(&source.file);
    let line = source.line as usize;
    let text = project.read(&file).unwrap_or_default();
    let includes = directives.iter().filter(|directive| directive.name == "include");
    let mut includes = includes.filter_map(|it| Include::parse(&page.file, &it.arguments));
    let listing = includes.find(|include| {
        let lines = listing::lines(&text, &include.anchor);
        include.file == file && lines.is_some_and(|lines| lines.contains(&line))
    });
    match listing {
        Some(include) => format!("#{}", include.id()),
        None => source::link(&file, line),
    }
}
