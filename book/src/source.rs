//! Whole source files as pages, with a number on each line that a link can lead to.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use mdbook_preprocessor::book::Chapter;

use crate::listing::slashes;
use crate::project::Project;

/// The Rust files of a folder: `main.rs` or `lib.rs` first, then the others by name.
pub fn files(project: &Project, folder: &str) -> Result<Vec<PathBuf>> {
    let mut files = project.files(Path::new(folder), "rs")?;
    files.sort_by_key(|file| !(file.ends_with("main.rs") || file.ends_with("lib.rs")));
    Ok(files)
}

/// `{{#sources FOLDER}}`: a list of links, each with the first sentence of the file.
pub fn list(project: &Project, folder: &str) -> Result<String, String> {
    let files = files(project, folder).map_err(|error| error.to_string())?;
    if files.is_empty() {
        return Err(format!("there are no Rust files in {folder}"));
    }
    let mut list = String::new();
    for file in files {
        let text = project.read(&file).map_err(|error| error.to_string())?;
        let name = file_name(&file);
        let header = first_sentence(&text);
        writeln!(list, "- [{name}]({}): {header}", slashes(&page_path(&file)))
            .expect("a String takes everything");
    }
    Ok(list)
}

/// `{{#line FILE TEXT}}`: a link to the one line that contains the text. Fails if it is not one.
pub fn line(project: &Project, arguments: &str) -> Result<String, String> {
    let (file, text) = arguments.split_once(' ').ok_or("a line is named by FILE and TEXT")?;
    let file = Path::new(file);
    let text_of_file =
        project.read(file).map_err(|_| format!("there is no file {}", file.display()))?;
    let found: Vec<_> =
        text_of_file.lines().enumerate().filter(|(_, line)| line.contains(text)).collect();
    match found[..] {
        [(index, _)] => {
            let name = short_name(file);
            Ok(format!("[{name}:{}]({})", index + 1, link(file, index + 1)))
        }
        _ => Err(format!("{} lines of {} contain {text:?}, not one", found.len(), file.display())),
    }
}

/// The page of one file, to stand below `parent`.
pub fn page(project: &Project, file: &Path, parent: &Chapter) -> Result<Chapter> {
    let text = project.read(file)?;
    let numbers: Vec<_> = (1..=text.lines().count())
        .map(|line| format!("<span id=\"L{line}\">{line}</span>"))
        .collect();
    let content = format!(
        "# {}\n\n<div class=\"source\">\n<pre class=\"line-numbers\">{}</pre>\n\n\
         `````rust,ignore\n{text}`````\n\n</div>\n",
        slashes(file),
        numbers.join("\n"),
    );
    let parents = [parent.parent_names.clone(), vec![parent.name.clone()]].concat();
    let mut page = Chapter::new(&file_name(file), content, page_path(file), parents);
    page.source_path = None; // it is not a file of the book
    Ok(page)
}

/// A link to a line of a file's page, from a page of the book.
pub fn link(file: &Path, line: usize) -> String {
    format!("{}#L{line}", slashes(&page_path(file).with_extension("html")))
}

/// A file's name with its chapter, such as `02-single-server/main.rs`.
pub fn short_name(file: &Path) -> String {
    let parts = file.iter().filter(|part| *part != "chapters" && *part != "src");
    slashes(&parts.collect::<PathBuf>())
}

fn page_path(file: &Path) -> PathBuf {
    Path::new("source").join(short_name(file)).with_extension("md")
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The first sentence of the comment with which a file begins.
fn first_sentence(text: &str) -> String {
    let header = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let paragraph: Vec<_> = header.take_while(|line| !line.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    let end = paragraph.find(". ").map_or(paragraph.len(), |end| end + 1);
    paragraph[..end].to_owned()
}
