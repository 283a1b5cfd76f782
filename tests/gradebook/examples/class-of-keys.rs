//! Makes a class to grade, from the keys, to measure how long that takes:
//! `cargo run -p gradebook --example class-of-keys -- DIR 100 1` makes 100 submissions, in each of
//! which one exercise has been worked on, and then another; without the last number, all have been.
//!
//! Of ten programs four are solutions, three are wrong, two are starters that nobody has touched,
//! and one does not compile, hangs, or means harm. No two that somebody has written are the same,
//! so that nothing is saved by the same content coming twice. Two of ten submissions are zips.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use checks::Exercise;
use keys::Key;
use zip::write::SimpleFileOptions;

/// Programs that do not compile, hang, or mean harm.
const BAD: [&str; 8] = [
    "fn main() { let }",
    "fn main() { loop {} }",
    "fn main() { loop { std::thread::sleep(std::time::Duration::from_secs(1)) } }",
    "fn main() { loop { std::thread::sleep(std::time::Duration::from_millis(10)) } }",
    "fn main() { loop { println!(\"test result: ok\") } }",
    "fn main() { let mut all = Vec::new(); loop { all.push(vec![1u8; 1 << 20]) } }",
    "fn main() { let me = std::env::args().next().unwrap_or_default();
     loop { let _ = std::process::Command::new(&me).spawn(); } }",
    "fn main() { panic!() }",
];

fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let folder = PathBuf::from(args.next().context("say where: class-of-keys DIR COUNT")?);
    let count: usize = args.next().context("say how many: class-of-keys DIR COUNT")?.parse()?;
    let exercises = checks::all();
    let each: usize = args.next().map_or(Ok(exercises.len()), |each| each.parse())?;
    let keys: Vec<(&Exercise, Key)> = exercises
        .into_iter()
        .map(|exercise| Ok((exercise, Key::read(exercise)?)))
        .collect::<Result<_>>()?;
    for student in 0..count {
        let mut files = BTreeMap::new();
        for (index, (exercise, key)) in keys.iter().enumerate() {
            let path = format!("{}/src/main.rs", exercise.folder());
            let worked_on = (index + keys.len() - student % keys.len()) % keys.len() < each;
            let program = match worked_on {
                true => program(student, student * 7 + index * 4, key)?,
                false => key.starter.clone(),
            };
            files.insert(path, program);
        }
        let name = format!("student-{student:03}");
        match student % 5 {
            4 => zip(&folder.join(format!("{name}.zip")), &files)?,
            _ => copy(&folder.join(name), &files)?,
        }
    }
    Ok(())
}

fn program(student: usize, choice: usize, key: &Key) -> Result<String> {
    let own = format!("\n// written by student {student}\n");
    Ok(match choice % 10 {
        0..4 => key.solution.clone() + &own,
        4..7 => {
            let wrong = key.wrong.values().nth(choice / 10 % key.wrong.len());
            wrong.context("there are wrong programs")?.apply(&key.solution)? + &own
        }
        7..9 => key.starter.clone(),
        _ => BAD[choice / 10 % BAD.len()].to_owned() + &own,
    })
}

fn copy(folder: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    for (path, text) in files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
        fs::write(file, text)?;
    }
    Ok(())
}

fn zip(file: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    let mut zip = zip::ZipWriter::new(File::create(file)?);
    for (path, text) in files {
        zip.start_file(path.as_str(), SimpleFileOptions::default())?;
        zip.write_all(text.as_bytes())?;
    }
    zip.finish()?;
    Ok(())
}
