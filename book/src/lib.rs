//! Builds the book with mdBook, and refuses to build one that does not tell the truth.
//!
//! A page says *what* to show; this crate takes it from where it was proved: a listing from source
//! that is compiled and tested, a transcript from a snapshot that a test compares. What a page may
//! say is in [`expand`](mod@expand), what is refused in [`check`](mod@check).

mod call_flow;
pub mod check;
mod cut_stream;
pub mod expand;
mod html;
mod listing;
mod output;
mod page;
mod problem;
mod project;
mod recorded;
pub mod serve;
mod source;
mod task;
mod theme;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use mdbook_driver::MDBook;
use mdbook_driver::builtin_preprocessors::IndexPreprocessor;
use mdbook_driver::config::Config;

pub use problem::{Problem, Problems};
pub use project::Project;

/// The languages of the book: the folder of each under `book/`, and its title. A translation is a
/// folder with the same pages, the same includes and the same ids.
pub const LANGUAGES: [(&str, &str); 1] = [("en", "Sockets, Step by Step")];

/// Checks the pages of every language, builds them, and checks what was built.
///
/// Returns the first page of the first language. Fails with [`Problems`] if a page breaks a rule,
/// and with mdBook's error if mdBook fails.
pub fn build(project: &Project) -> Result<PathBuf> {
    for (language, title) in LANGUAGES {
        check::pages(project, language)?;
        // Built beside the pages that are there, so that what is refused is never read.
        let fresh = project.output(&format!(".{language}"));
        build_language(project, language, title, &fresh)?;
        check::links(project, language, &fresh)?;
        replace(&project.output(language), &fresh)?;
    }
    Ok(project.output(LANGUAGES[0].0).join("index.html"))
}

/// Runs mdBook for one language, as `mdbook build` would, but with our preprocessor in this process
/// and mdBook's page template mended. The pages go into the folder `output`.
fn build_language(project: &Project, language: &str, title: &str, output: &Path) -> Result<()> {
    let root = project.book();
    let theme = theme::write().context("cannot prepare the page template")?;
    let mut config = Config::from_disk(root.join("book.toml"))?;
    config.book.src = language.into();
    config.book.language = Some(language.into());
    config.book.title = Some(title.into());
    config.build.build_dir = output.into();
    config.build.use_default_preprocessors = false;
    config.set("preprocessor", serde_json::json!({}))?; // book.toml names us as a command
    config.set("output.html.theme", theme.path())?;
    // 404.html is shown at any path, so its links begin at the root of the server.
    config.set("output.html.site-url", format!("/{language}/"))?;
    let mut book = MDBook::load_with_config(root, config)?;
    book.with_preprocessor(expand::Expand);
    book.with_preprocessor(IndexPreprocessor::new());
    book.build()
}

/// Puts a folder in the place of another.
fn replace(old: &Path, new: &Path) -> Result<()> {
    if old.exists() {
        fs::remove_dir_all(old).with_context(|| format!("cannot remove {}", old.display()))?;
    }
    fs::rename(new, old).with_context(|| format!("cannot make {}", old.display()))
}
