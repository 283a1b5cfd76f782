//! Where programs are graded: several at once, each compiled, and then played with.

use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use anyhow::Result;
use checks::{Exercise, Launcher, Outcome, Task};
use tempfile::TempDir;

use crate::board::Board;
use crate::build::Builder;
use crate::cache::Cache;
use crate::grader::Said;
use crate::permits::{Permits, at_once};
use crate::play::Player;
use crate::progress::Progress;
use crate::result::{Checked, Graded, Submission};
use crate::submissions::{Files, HandedIn};
use crate::watchman::ENDED_BY_FORCE;

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

/// A program of which some results are doubtful.
struct Doubtful<'a> {
    work: &'a Work,
    program: TempDir,
    said: Vec<Said>,
}

impl Doubtful<'_> {
    /// Whether it has used too much of the machine.
    fn was_stopped(&self) -> bool {
        self.said.iter().any(|said| said.checked.told.contains(ENDED_BY_FORCE))
    }
}

impl Workshop<'_> {
    /// Grades programs, so many at once. Stops at a result that cannot be written.
    ///
    /// What is doubtful is played again when nothing else is left to begin with, and half as many at
    /// once: the machine is quieter then. Those who have kept it busy, and had to be stopped, come last.
    pub fn grade(&self, work: &[Work], jobs: usize) -> Result<()> {
        let half = jobs.div_ceil(2);
        let room = Permits::new(jobs);
        let (again, doubtful) = mpsc::channel::<Doubtful<'_>>();
        let stopped = Mutex::new(Vec::new());
        thread::scope(|scope| {
            let replayed = scope.spawn(|| {
                at_once(half, doubtful.into_iter(), |doubtful| {
                    let _room = room.acquire(jobs / half);
                    self.add(self.again(doubtful))
                })
            });
            let played = at_once(jobs, work.iter(), |work| {
                let _room = room.acquire(1);
                match self.first(work) {
                    Ok(graded) => return self.add(graded),
                    Err(doubtful) if doubtful.was_stopped() => {
                        stopped.lock().unwrap_or_else(PoisonError::into_inner).push(doubtful);
                    }
                    Err(doubtful) => _ = again.send(doubtful),
                }
                Ok(())
            });
            let stopped = stopped.into_inner().unwrap_or_else(PoisonError::into_inner);
            stopped.into_iter().for_each(|doubtful| _ = again.send(doubtful));
            drop(again); // no more come
            let replayed = replayed.join().unwrap_or_else(|panic| resume_unwind(panic));
            played.and(replayed)
        })
    }

    /// Compiles a program, and has it played with.
    fn first<'a>(&self, work: &'a Work) -> Result<Graded, Doubtful<'a>> {
        let not_built = |said| graded(work, Some(said), Checked::not_built(work.exercise));
        let files = match &work.handed_in {
            Ok(files) => files,
            Err(problem) => return Ok(not_built(format!("error: {problem}"))),
        };
        let program = match self.built(work.exercise, files) {
            Ok(Ok(program)) => program,
            Ok(Err(said)) => return Ok(not_built(said)),
            Err(error) => {
                return Ok(graded(work, None, not_played(work.exercise, &format!("{error:#}"))));
            }
        };
        let said = self.play(work, &program, &[]);
        if said.iter().any(|said| said.doubtful) {
            return Err(Doubtful { work, program, said });
        }
        Ok(graded(work, None, in_order(work.exercise, said)))
    }

    /// Plays the doubtful checks again; what comes of them now is what counts.
    fn again(&self, doubtful: Doubtful<'_>) -> Graded {
        let Doubtful { work, program, said } = doubtful;
        let (doubtful, mut said): (Vec<_>, Vec<_>) =
            said.into_iter().partition(|said| said.doubtful);
        let names: Vec<_> = doubtful.into_iter().map(|said| said.checked.name).collect();
        said.extend(self.play(work, &program, &names));
        graded(work, None, in_order(work.exercise, said))
    }

    fn play(&self, work: &Work, program: &TempDir, only: &[String]) -> Vec<Said> {
        let place = program.path().join(work.exercise.package());
        let seed = u64::from_str_radix(&work.content[..8], 16).unwrap_or_default();
        self.player.play(work.exercise, only, &place, seed)
    }

    fn add(&self, graded: Graded) -> Result<()> {
        self.cache.keep(&graded)?;
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        board.add(graded)?;
        self.progress.one_more(board.students(), self.students);
        Ok(())
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

fn graded(work: &Work, build_error: Option<String>, checks: Vec<Checked>) -> Graded {
    Graded {
        exercise: work.exercise.name.to_owned(),
        content: work.content.clone(),
        attempted: true, // each student has an own answer to that
        build_error,
        checks,
    }
}

/// The results in the order of the checks.
fn in_order(exercise: &Exercise, mut said: Vec<Said>) -> Vec<Checked> {
    said.sort_by_key(|said| exercise.checks.iter().position(|it| it.name == said.checked.name));
    said.into_iter().map(|said| said.checked).collect()
}

/// The checks of a program that the grader itself could not get at.
fn not_played(exercise: &'static Exercise, why: &str) -> Vec<Checked> {
    let nowhere = Launcher::new("", 0);
    let checked = |task: Task| Checked::played(&task, &Outcome::grader_error(why));
    Task::all(exercise, &nowhere).into_iter().map(checked).collect()
}
