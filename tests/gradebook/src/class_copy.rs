//! Makes the repository that a class works in: what is committed here, without the solutions and
//! without what only a teacher needs.
//!
//! What is committed, and not what lies in the folder: no history, nobody's solved starter and no
//! stray file gets into a copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// What stays here.
const LEFT_OUT: [&str; 6] = [
    "tests/keys",
    "tests/gradebook",
    "tests/workflows",
    "tests/browser/gradebook.test.js",
    ".ci",
    ".github/workflows",
];

/// The packages among them, as `Cargo.toml` lists them.
const MEMBERS: [&str; 2] = ["tests/keys", "tests/gradebook"];

/// What grades the exercises on GitHub, at every push of a student.
const WORKFLOW: (&str, &str) = (".github/workflows/grade.yml", include_str!("../class/grade.yml"));

/// Makes a copy of the repository in which the folder `here` lies, in the folder `out`, which is
/// empty or not there yet. Returns the files here that differ from what is committed, and so are
/// not in the copy as they are.
///
/// # Errors
///
/// `out` is in use, there is no git or no commit, or the repository is not as expected: then
/// nothing of the keys has been copied.
pub fn make(here: &Path, out: &Path) -> Result<Vec<String>> {
    ensure_unused(out)?;
    let root = PathBuf::from(git(here, &["rev-parse", "--show-toplevel"])?.trim_end());
    // Two letters and a blank stand before each name.
    let changed = git(&root, &["status", "--porcelain"])?;
    let changed = changed.lines().filter_map(|line| line.get(3..)).map(str::to_owned).collect();
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    unpack_commit(&root, out)?;
    take_members_out(&out.join("Cargo.toml"))?;
    shorten_lock_file(out)?;
    take_profiles_out(out)?;
    let (path, text) = WORKFLOW;
    let file = out.join(path);
    fs::create_dir_all(file.with_file_name(""))?;
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(changed)
}

fn ensure_unused(out: &Path) -> Result<()> {
    if !out.exists() {
        return Ok(());
    }
    let mut entries = fs::read_dir(out).with_context(|| format!("cannot use {}", out.display()))?;
    ensure!(entries.next().is_none(), "{} is not empty: name a new folder", out.display());
    Ok(())
}

/// What git prints.
fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output();
    let output = output.context("a class copy is made of what is committed, but git is missing")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "a class copy is made of what is committed, but git says: {}",
        told.lines().next().unwrap_or("nothing").trim_start_matches("fatal: ")
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `git archive HEAD | tar -x`
fn unpack_commit(root: &Path, out: &Path) -> Result<()> {
    git(root, &["rev-parse", "--verify", "HEAD"])?;
    let mut archive = Command::new("git");
    archive.arg("-C").arg(root).args(["archive", "--format=tar", "HEAD", "--", "."]);
    archive.args(LEFT_OUT.map(|path| format!(":(exclude){path}")));
    let mut archive = archive.stdout(Stdio::piped()).spawn().context("cannot start git")?;
    let stdout = archive.stdout.take().context("git has an output")?;
    let unpacked = Command::new("tar").args(["-x", "-C"]).arg(out).stdin(stdout).status();
    let archived = archive.wait()?;
    let unpacked = unpacked.context("cannot start tar")?;
    ensure!(archived.success() && unpacked.success(), "git archive or tar has failed: see above");
    Ok(())
}

/// Cargo refuses a workspace with a member that is not there.
fn take_members_out(manifest: &Path) -> Result<()> {
    let text = fs::read_to_string(manifest).context("there is no Cargo.toml in the last commit")?;
    let mut lines: Vec<&str> = text.lines().collect();
    for member in MEMBERS {
        let line = format!("    \"{member}\",");
        let places: Vec<_> = (0..lines.len()).filter(|&place| lines[place] == line).collect();
        let [place] = places[..] else {
            bail!("Cargo.toml should list {member:?} once, on a line of its own");
        };
        lines.remove(place);
    }
    Ok(fs::write(manifest, lines.join("\n") + "\n")?)
}

/// Has cargo drop what only the packages that stay here have needed.
fn shorten_lock_file(out: &Path) -> Result<()> {
    let mut cargo = Command::new("cargo");
    // Not metadata, which also asks for the libraries of other systems; not another target folder.
    cargo.args(["update", "--workspace", "--offline", "--quiet"]).current_dir(out);
    let output = cargo.output().context("cannot start cargo")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo cannot read the copy: {}", told.trim_end());
    Ok(())
}

/// Cargo warns of a profile for a library that nobody needs any more.
fn take_profiles_out(out: &Path) -> Result<()> {
    let lock_file = fs::read_to_string(out.join("Cargo.lock"))?;
    let is_needed = |paragraph: &&str| {
        let profile = paragraph.lines().find_map(|it| it.strip_prefix("[profile.dev.package."));
        let library = profile.map(|it| it.trim_end_matches(']').trim_matches('"'));
        library.is_none_or(|name| lock_file.contains(&format!("\nname = \"{name}\"\n")))
    };
    let manifest = out.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    let needed: Vec<&str> = text.trim_end().split("\n\n").filter(is_needed).collect();
    Ok(fs::write(manifest, needed.join("\n\n") + "\n")?)
}
