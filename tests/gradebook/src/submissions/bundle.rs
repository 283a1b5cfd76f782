//! A submission that is a git bundle.
//!
//! git reads it in a jail, into an empty repository: no configuration, no hook, no network. There
//! is no checkout, so nothing of the submission is ever a file that git might heed or run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use super::source::{Kind, Source, Tree};
use crate::bounded::{self, End};
use crate::bounds::Bounds;
use crate::sandbox::{Sandbox, command};

/// The largest bundle that is read, in bytes. The class repository is a thousandth of it.
const MOST: u64 = 256 << 20;

/// How much of git's output is kept: the list of all files of a commit, for one.
const MOST_SAID: usize = 16 << 20;

/// How long git may take for one bundle, with all that it is asked.
const MOST_TIME: Duration = Duration::from_secs(60);

/// A submission that is a git bundle.
pub struct Bundle {
    git: Git,
    /// The files of the commit, and the objects in which they are kept.
    tree: Tree<String>,
}

impl Bundle {
    /// Reads the list of the files in the bundle's HEAD, or else in its only branch.
    pub fn open(file: &Path, sandbox: &Sandbox, scratch: &Path) -> Result<Self> {
        let size = fs::metadata(file).context("cannot read it")?.len();
        ensure!(size <= MOST, "the bundle is larger than {} MiB", MOST >> 20);
        let folder = tempfile::tempdir_in(scratch).context("cannot make a folder for git")?;
        let file = file.canonicalize().context("cannot read it")?;
        let until = Instant::now() + MOST_TIME;
        let git = Git { folder, bundle: file.clone(), sandbox: sandbox.clone(), until };
        git.says(&["init", "--quiet", "--bare", "--template=", "."])?;
        // Takes the objects out of the bundle, and names the commits that it is about.
        let heads = git.says(&["bundle", "unbundle", path(&file)?])?;
        let commit = chosen(&String::from_utf8_lossy(&heads))?;
        let listed = git.says(&["ls-tree", "-r", "-z", "--full-tree", &commit])?;
        let mut tree = Tree::new();
        for line in listed.split(|byte| *byte == 0) {
            // <mode> SP <type> SP <object> TAB <file> (git-ls-tree(1))
            let Ok(line) = std::str::from_utf8(line) else { continue };
            let Some((about, name)) = line.split_once('\t') else { continue };
            let [mode, "blob", object] = about.split(' ').collect::<Vec<_>>()[..] else { continue };
            let kind = if mode.starts_with("100") { Kind::File } else { Kind::Other };
            tree.add(name, kind, object.to_owned());
        }
        Ok(Self { git, tree })
    }
}

/// The commit that is meant, of lines with a commit and a name each.
fn chosen(heads: &str) -> Result<String> {
    let heads: Vec<_> = heads.lines().filter_map(|line| line.split_once(' ')).collect();
    if let Some((commit, _)) = heads.iter().find(|(_, name)| *name == "HEAD") {
        return Ok((*commit).to_owned());
    }
    let branch = |name: &str| name.strip_prefix("refs/heads/").map(str::to_owned);
    let branches: Vec<_> =
        heads.iter().filter_map(|(commit, name)| Some((commit, branch(name)?))).collect();
    match &branches[..] {
        [(commit, _)] => Ok((**commit).to_owned()),
        [] => bail!(
            "the bundle has neither HEAD nor a branch: make it with git bundle create FILE HEAD"
        ),
        several => {
            let names: Vec<_> = several.iter().map(|(_, name)| &**name).collect();
            bail!(
                "the bundle has no HEAD and several branches ({}), so nobody can tell which is \
                 meant: make it with git bundle create FILE HEAD",
                names.join(", ")
            )
        }
    }
}

impl Source for Bundle {
    fn list(&mut self, folder: &str) -> Result<BTreeMap<String, Kind>> {
        Ok(self.tree.list(folder))
    }

    fn read(&mut self, file: &str, most: u64) -> Result<Vec<u8>> {
        let object = self.tree.place(file).context("there is no such file in the bundle")?;
        let mut bytes = self.git.says(&["cat-file", "blob", object])?;
        bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(bytes)
    }
}

/// A bare repository in a folder of its own, which is removed at the end.
struct Git {
    folder: TempDir,
    bundle: PathBuf,
    sandbox: Sandbox,
    until: Instant,
}

impl Git {
    /// Runs git in the jail, in the repository, and returns what it writes to stdout.
    fn says(&self, args: &[&str]) -> Result<Vec<u8>> {
        const NO_CONFIGURATION: [(&str, &str); 5] = [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C"),
        ];
        let folder = self.folder.path();
        let mut jail = self.sandbox.tool_jail().may_write(folder).shows(&self.bundle);
        for (name, value) in NO_CONFIGURATION {
            jail = jail.sets(name, value);
        }
        let mut words = jail.words(&Bounds::GIT);
        words.extend(["git", "-C", path(folder)?].map(Into::into));
        words.extend(
            ["-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"].map(Into::into),
        );
        words.extend(args.iter().map(Into::into));
        let mut command = command(words);
        command.env_clear().envs(NO_CONFIGURATION);
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        let left = self.until.saturating_duration_since(Instant::now());
        let done = bounded::run(&mut command, left, [MOST_SAID, 4096]);
        let done = done.context("git cannot be started")?;
        let said = String::from_utf8_lossy(&done.stderr);
        let said = said.trim().trim_start_matches("error: ").trim_start_matches("fatal: ");
        match done.end {
            End::Exited(status) if status.success() => Ok(done.stdout),
            End::Exited(_) => bail!("git cannot read the bundle: {}", said.replace('\n', "; ")),
            _ => bail!("git has not read the bundle within {} s", MOST_TIME.as_secs()),
        }
    }
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().context("its path is no UTF-8")
}
