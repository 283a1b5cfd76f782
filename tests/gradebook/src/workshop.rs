//! Where programs are graded: several at once, each compiled, and then played with.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::Result;
use checks::{Exercise, Outcome, Task};
use tempfile::TempDir;

use crate::board::Board;
use crate::build::Builder;
use crate::cache::Cache;
use crate::play::Player;
use crate::progress::Progress;
use crate::result::{Checked, Graded, Submission};
use crate::submissions::{Files, HandedIn};

/// A program that is to be graded, for all who have handed in the same.
pub struct Work {
    /// The exercise.
    pub exercise: &'static Exercise,
    /// The hash under which the result will be known.
    pub content: String,
    /// The student's files, or why they could not be read.
    pub handed_in: HandedIn,
}

/// All that it takes to grade programs.
pub struct Workshop<'a> {
    /// Compiles.
    pub builder: Builder,
    /// Plays.
    pub player: Player,
    /// A folder for what is needed on the way.
    pub scratch: &'a Path,
    /// Keeps what is final.
    pub cache: &'a Cache,
    /// Says how far it is.
    pub progress: Progress,
    /// How many students there are.
    pub students: usize,
    /// Gathers the results.
    pub board: Mutex<Board>,
}

impl Workshop<'_> {
    /// Grades programs, so many at once. Stops at the first result that cannot be written.
    pub fn grade(&self, work: &[Work], jobs: usize) -> Result<()> {
        let next = Mutex::new(work.iter());
        let worker = || -> Result<()> {
            loop {
                let work = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(work) = work else { return Ok(()) };
                let done = self.one(work);
                if done.is_err() {
                    // Nobody begins another one.
                    next.lock().unwrap_or_else(PoisonError::into_inner).by_ref().for_each(drop);
                }
                done?;
            }
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..jobs.min(work.len())).map(|_| scope.spawn(worker)).collect();
            let mut results = workers.into_iter().map(|worker| worker.join());
            results.try_for_each(|result| result.expect("no worker panics"))
        })
    }

    fn one(&self, work: &Work) -> Result<()> {
        let graded = self.graded(work);
        self.cache.keep(&graded)?;
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        board.add(graded)?;
        self.progress.one_more(board.students(), self.students);
        Ok(())
    }

    /// Compiles a program, and has it played with.
    fn graded(&self, work: &Work) -> Graded {
        let built = match &work.handed_in {
            Ok(files) => self.built(work.exercise, files),
            Err(problem) => Ok(Err(format!("error: {problem}"))),
        };
        let (build_error, checks) = match built {
            Ok(Ok(program)) => {
                let place = program.path().join(work.exercise.package());
                let seed = u64::from_str_radix(&work.content[..8], 16).unwrap_or_default();
                (None, self.player.play(work.exercise, &place, seed))
            }
            Ok(Err(error)) => (Some(error), Checked::not_built(work.exercise)),
            Err(error) => (None, not_played(work.exercise, &format!("{error:#}"))),
        };
        Graded {
            exercise: work.exercise.name.to_owned(),
            content: work.content.clone(),
            attempted: true,
            build_error,
            checks,
        }
    }

    /// The program, alone in a folder, or what the compiler says.
    fn built(&self, exercise: &Exercise, files: &Files) -> Result<Result<TempDir, String>> {
        let source = tempfile::tempdir_in(self.scratch)?;
        let program = tempfile::tempdir_in(self.scratch)?;
        let file = program.path().join(exercise.package());
        Ok(self.builder.build(files, source.path(), &file)?.map(|()| program))
    }

    /// Grades a program with which nothing is wrong, so that no student has to pay for a machine
    /// on which something is.
    pub fn try_out(&self) -> Result<()> {
        let source = tempfile::tempdir_in(self.scratch)?;
        let program = tempfile::tempdir_in(self.scratch)?;
        let file = program.path().join("program");
        self.builder.try_out(source.path(), &file)?;
        self.player.try_out(&file)
    }

    /// The results.
    pub fn end(self) -> Result<Vec<Submission>> {
        self.progress.end();
        let board = self.board.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(board.into_submissions())
    }
}

/// The checks of a program that the grader itself could not get at.
fn not_played(exercise: &'static Exercise, why: &str) -> Vec<Checked> {
    let nowhere = checks::Launcher::new("", 0);
    let checked = |task: Task| Checked::played(&task, &Outcome::grader_error(why));
    Task::all(exercise, &nowhere).into_iter().map(checked).collect()
}
