//! Grades a class.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;
use std::{fs, thread};

use anyhow::{Context, Result, ensure};
use checks::Exercise;
use tempfile::TempDir;

use crate::board::Board;
use crate::build::Builder;
use crate::cache::Cache;
use crate::play::Player;
use crate::progress::Progress;
use crate::sandbox::{self, Sandbox};
use crate::shard::Shard;
use crate::submissions;
use crate::summary::{self, Summary};
use crate::workshop::Workshop;
use crate::{formats, hand_in, stop};

/// What the teacher wants.
#[derive(Clone)]
pub struct Order {
    /// The folder with an entry for each student.
    pub submissions: PathBuf,
    /// The folder for all that comes of it.
    pub out: PathBuf,
    /// The exercises, in the order of the book.
    pub exercises: Vec<&'static Exercise>,
    /// How many programs are graded at once.
    pub jobs: usize,
    /// Whether the programs are shut in.
    pub sandbox: bool,
    /// The part of the class that is graded.
    pub shard: Shard,
}

/// How many programs are graded at once, unless the teacher says otherwise. Checks wait most of
/// their time, so that more are needed than there are cores.
pub fn default_jobs() -> usize {
    cores() * 4
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Grades a class, and writes the results.
///
/// # Errors
///
/// If the submissions cannot be read, the machine cannot grade, or the results cannot be written.
/// What is wrong with one submission is in its result.
pub fn grade(order: &Order) -> Result<Summary> {
    let start = Instant::now();
    let class = submissions::find(&order.submissions)?;
    make_folder(&order.out, &order.submissions)?;
    summary::passed_over(&class);
    let students = order.shard.of(class.students);
    submissions::can_be_read(&students)?;
    let sandbox = if order.sandbox { Sandbox::find()? } else { Sandbox::None };
    let scratch = scratch()?;
    stop::on_ctrl_c(scratch.path().to_owned())?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let root = root.context("this package lies two folders deep")?;
    let builder = Builder::prepare(root, sandbox.clone(), cores())?;
    let cache = Cache::open(&order.out, builder.fingerprint(), &sandbox)?;
    let starters = submissions::starters(root, &order.exercises)?;
    let desk = hand_in::Desk { exercises: &order.exercises, starters, cache: &cache };
    let handed_in = desk.read(&students, &sandbox, scratch.path());
    let known = handed_in.known.len();
    let workshop = Workshop {
        player: Player::prepare(sandbox, scratch.path())?,
        builder,
        scratch: scratch.path(),
        cache: &cache,
        progress: Progress::begin(handed_in.work.len()),
        students: students.len(),
        board: Mutex::new(Board::new(&order.out, handed_in.entries, handed_in.known)?),
    };
    if !handed_in.work.is_empty() {
        workshop.try_out()?;
    }
    workshop.grade(&handed_in.work, order.jobs)?;
    let submissions = workshop.end()?;
    formats::write_all(&submissions, &order.out).context("cannot write the scores")?;
    summary::strangers(&order.out, &submissions);
    Ok(Summary { submissions, programs: handed_in.work.len(), known, took: start.elapsed() })
}

/// Makes the folder `out` for the results. Among the submissions they would be taken for a student's.
fn make_folder(out: &Path, submissions: &Path) -> Result<()> {
    let absolute = std::path::absolute(out)?;
    let there = absolute.ancestors().find_map(|it| it.canonicalize().ok());
    let submissions = submissions.canonicalize()?;
    ensure!(
        !there.is_some_and(|there| there.starts_with(&submissions)),
        "the results cannot go to {}, which is among the submissions; choose another --out",
        out.display()
    );
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))
}

/// A folder for all that is needed on the way. It is removed at the end.
fn scratch() -> Result<TempDir> {
    let cannot = "cannot make a folder for temporary files";
    let scratch = tempfile::Builder::new().prefix("gradebook-").tempdir().context(cannot)?;
    if sandbox::is_root() {
        // The jails of the programs are another user's, who must find what is meant for him.
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&scratch, fs::Permissions::from_mode(0o711)).context(cannot)?;
    }
    Ok(scratch)
}
