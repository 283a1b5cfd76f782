//! Anchors that no page uses: they would stand in a learner's way for nothing.

use std::path::Path;

use anyhow::Result;

use crate::listing::{Include, anchors};
use crate::page::Page;
use crate::problem::Problems;
use crate::project::Project;

/// The folders whose sources a page may include.
const FOLDERS: [&str; 2] = ["chapters", "tests"];

pub fn check(project: &Project, pages: &[Page], problems: &mut Problems) -> Result<()> {
    let includes = |page: &Page| {
        let directives = page.directives().into_iter();
        let includes = directives.filter(|directive| directive.name == "include");
        includes.filter_map(|it| Include::parse(&page.file, &it.arguments)).collect::<Vec<_>>()
    };
    let used: Vec<Include> = pages.iter().flat_map(includes).collect();
    for folder in FOLDERS {
        for file in project.files(Path::new(folder), "rs")? {
            for anchor in anchors(&project.read(&file)?) {
                if !used.iter().any(|it| it.file == file && it.anchor == anchor.name) {
                    let what = format!("no page uses the anchor {:?}", anchor.name);
                    problems.add(&file, anchor.line, what);
                }
            }
        }
    }
    Ok(())
}
