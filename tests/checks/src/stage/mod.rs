//! Where a check is played: the programs it has started, and what has happened.

mod looks;
mod waiting;
mod watch;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub use self::waiting::MOST_TIMES;
pub(crate) use self::watch::LOOK;
use crate::process::{Capture, Process};
use crate::{Failed, Launcher, Program};

/// Where a check is played. Clones are the same stage.
#[derive(Clone)]
pub struct Stage(Rc<Inner>);

struct Inner {
    launcher: Launcher,
    folder: TempDir,
    deadline: Duration,
    start: Instant,
    /// How much of the deadline is used up, and when that was found last.
    used: Cell<(Duration, Instant)>,
    /// Whether the machine had nothing for its programs when they were looked at last: they were ready
    /// to run, and had not run since the look before, or the kernel held them up.
    starved: Cell<bool>,
    /// How many bytes have come from the programs over connections.
    come: Cell<u64>,
    patient: Cell<bool>,
    nap: Cell<Duration>,
    restless: Cell<bool>,
    /// What had been printed when a wait was in vain; nothing if the last one was not.
    silent: RefCell<Option<[String; 2]>>,
    random: RefCell<fastrand::Rng>,
    story: RefCell<Vec<(String, String)>>,
    /// All that have been started, and those of them whose silence means something.
    started: RefCell<Vec<Rc<Process>>>,
    watched: RefCell<Vec<Rc<Process>>>,
    /// What stays until all programs have ended, and so is dropped last.
    kept: RefCell<Vec<Box<dyn Any>>>,
}

impl Stage {
    /// An empty stage. The program runs in a folder of its own, which is removed at the end.
    pub(crate) fn new(launcher: &Launcher, deadline: Duration) -> Result<Self, Failed> {
        let folder = tempfile::tempdir();
        let folder = folder.map_err(|why| Failed::grader("a folder for the program", why))?;
        Ok(Self(Rc::new(Inner {
            folder,
            deadline,
            start: Instant::now(),
            used: Cell::new((Duration::ZERO, Instant::now())),
            starved: Cell::new(false),
            come: Cell::new(0),
            patient: Cell::new(false),
            nap: Cell::new(Duration::ZERO),
            restless: Cell::new(false),
            silent: RefCell::default(),
            random: RefCell::new(fastrand::Rng::with_seed(launcher.seed)),
            launcher: launcher.clone(),
            story: RefCell::default(),
            started: RefCell::default(),
            watched: RefCell::default(),
            kept: RefCell::default(),
        })))
    }

    /// The empty folder in which the program runs.
    pub fn folder(&self) -> &Path {
        self.0.folder.path()
    }

    /// A word that the program cannot know beforehand: a few small letters.
    pub fn word(&self) -> String {
        let mut random = self.0.random.borrow_mut();
        let letter = |random: &mut fastrand::Rng, letters: &[u8]| {
            char::from(letters[random.usize(..letters.len())])
        };
        let syllable = |_| [letter(&mut random, b"bdfgklmnprstvz"), letter(&mut random, b"aeiou")];
        (0..3).flat_map(syllable).collect()
    }

    /// A number that the program cannot know beforehand.
    ///
    /// # Panics
    ///
    /// If the range is empty.
    pub fn number(&self, range: std::ops::Range<usize>) -> usize {
        self.0.random.borrow_mut().usize(range)
    }

    /// So many bytes of every kind, up to 16 MiB, which the program cannot know beforehand.
    ///
    /// They are a part of what all checks share. Checks that play at once would hold each other up
    /// if each had megabytes of its own: every thread of a process waits while one gets or returns
    /// that much memory.
    ///
    /// # Panics
    ///
    /// If `count` is larger than that.
    pub fn bytes(&self, count: usize) -> &'static [u8] {
        static ALL: LazyLock<Vec<u8>> = LazyLock::new(|| {
            let mut all = vec![0; (16 << 20) + BEGINNINGS];
            fastrand::Rng::with_seed(0).fill(&mut all);
            all
        });
        const BEGINNINGS: usize = 64 << 10;
        let start = self.number(0..BEGINNINGS);
        &ALL[start..start + count]
    }

    /// Adds a step to what happened: who, and what they did.
    pub fn tell(&self, who: &str, what: impl Display) {
        self.0.story.borrow_mut().push((who.to_owned(), what.to_string()));
    }

    /// So many bytes have come from a program.
    pub(crate) fn comes(&self, count: usize) {
        self.0.come.set(self.0.come.get() + count as u64);
    }

    /// How its programs are started.
    pub(crate) fn launcher(&self) -> &Launcher {
        &self.0.launcher
    }

    /// Keeps something until all programs have ended: a folder that they use, or a socket that they
    /// send to. (A UDP port that is closed may soon be another program's, and what is still sent to
    /// it arrives there.)
    pub(crate) fn keep(&self, thing: impl Any) {
        self.0.kept.borrow_mut().push(Box::new(thing));
    }

    /// Starts the program with these arguments.
    pub fn start(&self, args: &[&str]) -> Result<Program, Failed> {
        self.start_by(&[], args)
    }

    /// Starts the program by another command, behind which its name and arguments go.
    pub(crate) fn start_by(&self, before: &[String], args: &[&str]) -> Result<Program, Failed> {
        self.start_as(&self.0.launcher, before, args)
    }

    /// As [`start_by`](Self::start_by), with a launcher of its own.
    pub(crate) fn start_as(
        &self,
        launcher: &Launcher,
        before: &[String],
        args: &[&str],
    ) -> Result<Program, Failed> {
        let name = launcher.name();
        self.tell(
            "your program",
            format_args!("is started: {name} {}", args.join(" ")).to_string().trim_end(),
        );
        let command = launcher.command(before, args, self.folder());
        let process = Process::start(command);
        let process = process.map_err(|why| Failed::grader("to start the program", why))?;
        let process = Rc::new(process);
        self.0.started.borrow_mut().push(Rc::clone(&process));
        self.0.watched.borrow_mut().push(Rc::clone(&process));
        Ok(Program::new(self, process))
    }

    /// Starts a server with `--port 0` and these arguments, and reads its address from its first
    /// line.
    pub fn start_server(&self, args: &[&str]) -> Result<Program, Failed> {
        let program = self.start(&[&["--port", "0"], args].concat())?;
        program.names_its_address()?;
        Ok(program)
    }

    /// Starts a server that is told this address, and must listen there and nowhere else.
    pub fn start_server_at(&self, address: SocketAddr) -> Result<Program, Failed> {
        let (host, port) = (address.ip().to_string(), address.port().to_string());
        let program = self.start(&["--host", &host, "--port", &port])?;
        let expected = format!("your program to listen at {address}, and to say so");
        let named = program.names_its_address();
        named.map_err(|failed| Failed { expected: expected.clone(), ..failed })?;
        match program.address() == address {
            true => Ok(program),
            false => Err(Failed::fail(expected, format!("it listens at {}", program.address()))),
        }
    }

    /// An address of this machine that nobody else uses: one of the sixteen million that begin with
    /// 127, which all lead to Linux's loopback. (Other systems have 127.0.0.1 only.)
    ///
    /// A port that a server has left is free for everyone, and the kernel might hand it out to
    /// somebody else before the server is started again. Ports belong to an address, so here nobody
    /// takes it.
    pub fn host_of_its_own(&self) -> String {
        // Not from the stage's own numbers, which are the same in each check of a run.
        let [b, c, d] = [(); 3].map(|()| fastrand::u8(1..255));
        format!("127.{b}.{c}.{d}")
    }

    /// Ends its programs, and forgets all that happened: for a scene that has to be played anew.
    pub fn begins_again(&self) {
        self.0.started.take().iter().for_each(|process| process.kill());
        self.0.watched.take();
        self.0.story.take();
        self.0.silent.take();
    }

    /// From now on a program that sleeps may be one that waits out a time: only the deadline ends
    /// a wait.
    pub fn be_patient(&self) {
        self.0.patient.set(true);
    }

    /// From now on a program that sleeps for so long may be one that waits out this time, and only
    /// one that sleeps on is at rest.
    pub fn allows_sleeps_of(&self, time: Duration) {
        self.0.nap.set(time);
    }

    /// The beginning of what its programs had printed, on stdout and on stderr, when the check
    /// gave up.
    pub(crate) fn printed(&self) -> [String; 2] {
        let when_silent = self.0.silent.take();
        when_silent.unwrap_or_else(|| {
            self.hears_all();
            self.all_printed()
        })
    }

    fn all_printed(&self) -> [String; 2] {
        let started = self.0.started.borrow();
        let all = |stream: fn(&Process) -> &Capture| {
            let texts = started.iter().map(|process| stream(process).beginning());
            let texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
            texts.join("\n").trim().to_owned()
        };
        [all(|process| &process.stdout), all(|process| &process.stderr)]
    }

    pub(crate) fn story(&self) -> Vec<(String, String)> {
        self.0.story.borrow().clone()
    }
}
