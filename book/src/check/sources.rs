//! Sources that a page shows a part of: they must be compiled, and whoever wants to see the rest must
//! find it in the book.

use std::path::{Path, PathBuf};

use crate::listing::Include;
use crate::page::{Directive, Page};
use crate::problem::Problems;
use crate::project::Project;

pub fn check(project: &Project, pages: &[Page], problems: &mut Problems) {
    let directives = |page: &Page| page.directives();
    let sources = pages.iter().flat_map(directives).filter(|it| it.name == "sources");
    let folders: Vec<PathBuf> = sources.map(|it| it.arguments.into()).collect();
    for page in pages {
        for directive in page.directives() {
            let Some(file) = file(page, &directive) else { continue };
            if directive.name == "include"
                && project.read(&file).is_ok()
                && !is_compiled(project, &file)
            {
                let what = format!("nothing compiles {}: no mod names it", file.display());
                problems.add(&page.file, directive.line, what);
            }
            let has_page = folders.iter().any(|folder| file.starts_with(folder));
            if !has_page && project.read(&file).is_ok() {
                let what = format!("no {{{{#sources}}}} makes a page of {}", file.display());
                problems.add(&page.file, directive.line, what);
            }
        }
    }
}

/// The source file that a directive shows a part of, or links to.
fn file(page: &Page, directive: &Directive) -> Option<PathBuf> {
    match directive.name.as_str() {
        "include" => Include::parse(&page.file, &directive.arguments).map(|include| include.file),
        "line" => directive.arguments.split_once(' ').map(|(file, _)| Path::new(file).to_owned()),
        _ => None,
    }
}

/// Whether a file is the root of a program or library, or a module beside one.
fn is_compiled(project: &Project, file: &Path) -> bool {
    let roots = ["main.rs", "lib.rs"];
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    roots.into_iter().any(|root| {
        let root = file.with_file_name(root);
        let text = project.read(&root).unwrap_or_default();
        let named = |line: &str| line.trim_start_matches("pub ") == format!("mod {name};");
        root == *file || text.lines().any(named)
    })
}
