//! A scene whose programs run under strace.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use harness::{Program, Scene, build, poll};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use timeline::asleep::{Watch, now};
use timeline::processes::traced;
use timeline::record::{Run, recording};
use timeline::recording::Recording;
use timeline::sources::Sources;
use timeline::tool::arguments;

/// A scene, and what is recorded of it.
pub struct Stage {
    scene: Scene,
    folder: TempDir,
    sources: RefCell<Sources>,
    runs: RefCell<Vec<Recorded>>,
    shown: Cell<Option<(u64, u64)>>,
}

/// A program that is recorded.
struct Recorded {
    name: String,
    trace: PathBuf,
    watch: Watch,
}

impl Stage {
    /// An empty stage. `root` is the project's folder, where sources are looked for.
    pub fn new(root: &Path) -> Self {
        Self {
            scene: Scene::new(),
            folder: tempfile::tempdir().expect("a folder for the traces"),
            sources: RefCell::new(Sources::below(root)),
            runs: RefCell::default(),
            shown: Cell::default(),
        }
    }

    /// Starts a chapter's program under strace.
    pub fn start(&self, name: &str, package: &str, args: &[&str]) -> Program {
        self.start_command(name, &built(package), args)
    }

    /// Starts any program under strace.
    pub fn start_command(&self, name: &str, program: &str, args: &[&str]) -> Program {
        if which::which(program).is_err() {
            let advice = "on Debian and Ubuntu, nc is in netcat-openbsd";
            self.scene.fail(format_args!("{program} is not installed ({advice})"));
        }
        let mut runs = self.runs.borrow_mut();
        let trace = self.folder.path().join(runs.len().to_string());
        let stacks = self.sources.borrow_mut().are_known(Some(program.into()));
        let mut all = arguments(&trace, stacks);
        all.extend(["--seccomp-bpf", "--", program].map(str::to_owned));
        all.extend(args.iter().map(|arg| (*arg).to_owned()));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let started = self.scene.start(name, "strace", &all);
        let watch = Watch::over(started.id());
        runs.push(Recorded { name: name.to_owned(), trace, watch });
        started
    }

    /// The picture begins here: what was done before is only recorded.
    pub fn shows_from_here(&self) {
        self.shown.set(Some((now(), u64::MAX)));
    }

    /// The picture ends here.
    pub fn shows_up_to_here(&self) {
        let from = self.shown.get().map_or(0, |(from, _)| from);
        self.shown.set(Some((from, now())));
    }

    /// Waits until all programs wait, are stopped, or have ended.
    pub fn all_wait(&self) {
        let runs = self.runs.borrow();
        runs.iter().for_each(|run| run.watch.look_again());
        let rested = poll(|| runs.iter().all(|run| run.watch.rests()).then_some(()));
        if rested.is_none() {
            self.scene.fail("not all programs come to rest");
        }
    }

    /// Ends a program, as `kill` does, and waits until all is over that comes of it. Ctrl-C is no good
    /// here: in a job of the background, the shell has programs ignore it.
    pub fn ends(&self, program: &Program) {
        self.signals(program, Signal::TERM);
        self.all_wait();
    }

    /// Stops a program, as Ctrl-Z does.
    pub fn stops(&self, program: &Program) {
        self.signals(program, Signal::STOP);
    }

    /// Lets a program go on, as `fg` does.
    pub fn continues(&self, program: &Program) {
        self.signals(program, Signal::CONT);
    }

    fn signals(&self, program: &Program, signal: Signal) {
        let ids = traced(program.id());
        if ids.is_empty() {
            program.fail("it has ended, and cannot be sent a signal");
        }
        for id in ids {
            let id = i32::try_from(id).ok().and_then(Pid::from_raw).expect("the id of a process");
            if let Err(why) = kill_process(id, signal) {
                program.fail(format_args!("cannot send it {signal:?}: {why}"));
            }
        }
    }

    /// What has been recorded.
    pub fn recording(&self, title: &str) -> Recording {
        let runs = self.runs.borrow();
        let runs: Vec<Run> = runs
            .iter()
            .map(|run| Run {
                trace: String::from_utf8_lossy(&fs::read(&run.trace).unwrap_or_default()).into(),
                name: Some(run.name.clone()),
                asleep: run.watch.seen(),
                before: None,
            })
            .collect();
        recording(title, &runs, self.shown.get(), |stack| self.sources.borrow_mut().find(stack))
    }
}

/// A package's program, built once.
pub fn built(package: &str) -> String {
    static BUILT: Mutex<Option<HashMap<String, String>>> = Mutex::new(None);
    let mut known = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    known.entry(package.to_owned()).or_insert_with(|| build(package)).clone()
}
