//! The tables of checks, as far as they can be wrong without a program.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use checks::Exercise;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// An id as mdBook makes it of a heading.
fn id(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

/// The ids that a page of the book has, those of the exercises on it left out.
fn ids(page: &str) -> BTreeSet<String> {
    let file = root().join("book/en").join(page);
    let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("no {}", file.display()));
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| id(line.trim_start_matches('#'))).collect()
}

fn assert_each(demand: impl Fn(&Exercise) -> Result<(), String>) {
    let wrong: Vec<_> = checks::all()
        .into_iter()
        .filter_map(|it| demand(it).err().map(|why| format!("{}: {why}", it.name)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_exercise_is_worth_ten_points() {
    assert_each(|exercise| match exercise.points() {
        10 => Ok(()),
        points => Err(format!("{points} points")),
    });
}

#[test]
fn a_name_is_there_once() {
    let names: BTreeSet<_> = checks::all().iter().map(|exercise| exercise.name).collect();
    assert_eq!(names.len(), checks::all().len());
    assert_each(|exercise| {
        let names: BTreeSet<_> = exercise.checks.iter().map(|check| check.name).collect();
        (names.len() == exercise.checks.len()).then_some(()).ok_or("a check is there twice".into())
    });
}

#[test]
fn hints_come_in_steps() {
    assert_each(|exercise| {
        let few = exercise.checks.iter().find(|check| check.hints.len() < 2);
        few.map_or(Ok(()), |check| Err(format!("too few hints for {:?}", check.name)))
    });
}

#[test]
fn every_check_names_a_heading_of_the_book() {
    assert_each(|exercise| {
        for check in exercise.checks {
            let (page, heading) = check.page.split_once('#').ok_or("a page without a heading")?;
            if !ids(page).contains(heading) {
                return Err(format!("{:?}: no {heading:?} in {page}", check.name));
            }
        }
        Ok(())
    });
}

#[test]
fn every_exercise_has_what_a_student_needs() {
    assert_each(|exercise| {
        let folder = root().join(exercise.folder());
        let manifest = fs::read_to_string(folder.join("Cargo.toml"));
        let manifest = manifest.map_err(|error| error.to_string())?;
        if !manifest.contains(&format!("name = \"{}\"", exercise.package())) {
            return Err(format!("the package is not called {}", exercise.package()));
        }
        let readme = fs::read_to_string(folder.join("README.md"));
        let readme = readme.map_err(|error| error.to_string())?;
        for wanted in [&format!("# {}: ", exercise.name), "\nPlan ", &exercise.package()] {
            if !readme.contains(wanted.trim_end_matches('\r')) {
                return Err(format!("its README has no {wanted:?}"));
            }
        }
        Ok(())
    });
}

/// Every folder that looks like an exercise is one.
#[test]
fn no_exercise_is_forgotten() {
    let folders: BTreeSet<_> =
        checks::all().iter().map(|it| root().join(it.folder()).canonicalize().ok()).collect();
    for chapter in fs::read_dir(root().join("chapters")).expect("there are chapters") {
        let exercises = chapter.expect("a chapter").path().join("exercises");
        for folder in fs::read_dir(exercises).into_iter().flatten() {
            let folder = folder.expect("an exercise").path().canonicalize().ok();
            assert!(folders.contains(&folder), "no table has {folder:?}");
        }
    }
}
