//! The text of an exercise, from the README beside its starter.

use std::path::{Path, PathBuf};

use anyhow::Result;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag};

use crate::listing::{normal, slashes};
use crate::page::Page;
use crate::project::Project;

/// How many levels deeper its headings are on the page of the chapter.
const DEEPER: usize = 2;

/// The README of every exercise.
pub fn all(project: &Project) -> Result<Vec<Page>> {
    let files = project.files(Path::new("chapters"), "md")?;
    let tasks = files.into_iter().filter(|file| name(file).is_some());
    tasks.map(|file| Ok(Page::new(file.clone(), project.read(&file)?))).collect()
}

/// The name of the exercise whose README this file is: `02-notice-eof`. `None` if it is none.
pub fn name(file: &Path) -> Option<String> {
    let parts: Vec<_> = file.iter().map(|part| part.to_string_lossy()).collect();
    let [chapters, chapter, exercises, slug, readme] = &parts[..] else { return None };
    let is_task = chapters == "chapters" && exercises == "exercises" && readme == "README.md";
    let (number, _) = chapter.split_once('-')?;
    is_task.then(|| format!("{number}-{slug}"))
}

/// `{{#task NAME}}`: the README of this exercise, as a part of the chapter's page.
pub fn shown(project: &Project, wanted: &str) -> Result<String, String> {
    let tasks = all(project).map_err(|error| error.to_string())?;
    let task = tasks.iter().find(|task| name(&task.file).as_deref() == Some(wanted));
    let task = task.ok_or_else(|| format!("no exercise is called {wanted:?}"))?;
    Ok(fitted(task))
}

/// `{{#tasks}}`: all exercises in a table, with the time that each README says to plan.
pub fn table(project: &Project) -> Result<String, String> {
    let mut table = "| exercise | minutes |\n|---|---|\n".to_owned();
    let mut sum = 0;
    for task in all(project).map_err(|error| error.to_string())? {
        let (title, minutes) = title_and_minutes(&task)?;
        let name = name(&task.file).unwrap_or_default();
        let chapter = name.split_once('-').map_or("", |(number, _)| number);
        table += &format!("| [{title}](chapter-{chapter}.md#exercises) | {minutes} |\n");
        sum += minutes;
    }
    Ok(format!("{table}| all | {sum} |\n"))
}

fn title_and_minutes(task: &Page) -> Result<(&str, u32), String> {
    let title = task.text.lines().find_map(|line| line.strip_prefix("# "));
    let plan = |line: &str| line.strip_prefix("Plan ")?.strip_suffix(" minutes.")?.parse().ok();
    let minutes = task.text.lines().find_map(plan);
    let missing = |what| format!("{}: there is no {what}", slashes(&task.file));
    let title = title.ok_or_else(|| missing("title"))?;
    Ok((title, minutes.ok_or_else(|| missing("line \"Plan 15 minutes.\""))?))
}

/// The text with its headings deeper, and its links seen from the book.
fn fitted(task: &Page) -> String {
    let mut changes = Vec::new();
    for (event, place) in Parser::new_ext(&task.text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) if level != HeadingLevel::H6 => {
                changes.push((place.start..place.start, "#".repeat(DEEPER)));
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let here = task.text[place.clone()].rfind(&*dest_url).map(|at| place.start + at);
                if let (Some(start), Some(link)) = (here, link(&task.file, &dest_url)) {
                    changes.push((start..start + dest_url.len(), link));
                }
            }
            _ => {}
        }
    }
    changes.sort_by_key(|(place, _)| place.start);
    let mut text = task.text.clone();
    for (place, new) in changes.into_iter().rev() {
        text.replace_range(place, &new);
    }
    text
}

/// A link from the README to a page of the book, as one page of the book links to another. `None`
/// if it leads to another machine.
fn link(readme: &Path, to: &str) -> Option<String> {
    if to.contains(':') {
        return None;
    }
    let target: PathBuf = normal(&readme.parent()?.join(to));
    let in_book = target.strip_prefix("book/en").unwrap_or(&target);
    Some(slashes(in_book))
}

#[cfg(test)]
mod tests {
    use super::{fitted, name};
    use crate::page::Page;
    use std::path::Path;

    const FILE: &str = "chapters/02-single-server/exercises/notice-eof/README.md";

    #[test]
    fn an_exercise_is_named_after_its_chapter_and_folder() {
        assert_eq!(name(Path::new(FILE)).as_deref(), Some("02-notice-eof"));
        assert_eq!(name(Path::new("chapters/02-single-server/README.md")), None);
    }

    #[test]
    fn headings_go_deeper_and_links_lead_to_pages() {
        let text = "# A\n\n[page](../../../../book/en/chapter-02.md#a)\n[out](https://a.b/)\n\n\
                    ```sh\n# no heading\n```\n\n## B\n";
        let fitted = fitted(&Page::new(FILE.into(), text.into()));
        let expected = "### A\n\n[page](chapter-02.md#a)\n[out](https://a.b/)\n\n\
                        ```sh\n# no heading\n```\n\n#### B\n";
        assert_eq!(fitted, expected);
    }
}
