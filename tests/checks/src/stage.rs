//! Where a check is played: the programs it has started, what has happened, and how it waits.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitStatus;
use std::rc::Rc;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::{Capture, FLOOD, Process};
use crate::silence::{AT_REST, AWAKE, BUSY, IN_VAIN, RESTLESS};
use crate::watch::Look;
use crate::{Failed, Launcher, Program, Silence};

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
    pub fn number(&self, range: std::ops::Range<usize>) -> usize {
        self.0.random.borrow_mut().usize(range)
    }

    /// So many bytes of every kind, up to 16 MiB, which the program cannot know beforehand.
    ///
    /// They are a part of what all checks share. Checks that play at once would hold each other up
    /// if each had megabytes of its own: every thread of a process waits while one gets or returns
    /// that much memory.
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

    /// Looks again and again until `found` returns something, or until it can be told that nothing
    /// will come.
    pub(crate) fn awaits<T>(&self, mut found: impl FnMut() -> Option<T>) -> Result<T, Silence> {
        let mut watch = Watch::begin(self);
        loop {
            if let Some(found) = found() {
                self.0.silent.take();
                return Ok(found);
            }
            if let Some(silence) = watch.silence() {
                // What came after this is the end of the check's own peers, and would mislead.
                self.0.silent.replace(Some(self.all_printed()));
                // What it did last has arrived by now.
                return found().ok_or(silence);
            }
            thread::sleep(Duration::from_millis(1)); // between two looks
        }
    }

    /// Waits until the programs have done what they can do with all that has come so far: until all
    /// their threads sleep, or they have ended. What is done to them next then finds them in the
    /// same state in every run. A program that goes on computing, or wakes up again and again, is
    /// waited for once, and from then on for a moment only.
    ///
    /// The kernel makes a thread runnable as soon as something has arrived for it. What is under way
    /// arrives within microseconds; on a busy machine the kernel's own thread has to wait its turn
    /// for that, and so a moment's sleep does not count.
    pub(crate) fn settle(&self) {
        self.settle_for(Duration::from_millis(20));
    }

    /// Waits until the programs have said all that they have to say. When something else has come
    /// than was expected, what is told of it is then the same in every run.
    pub(crate) fn hears_all(&self) {
        self.settle_for(AT_REST);
    }

    fn settle_for(&self, asleep: Duration) {
        const COMPUTING: Duration = Duration::from_millis(100); // on a core
        const WAKING: Duration = Duration::from_secs(1);
        const MOMENT: Duration = Duration::from_millis(40);
        let start = Instant::now();
        let mut before: Option<Vec<Look>> = None;
        let mut unchanged_since = start;
        let mut first = None;
        while !self.time_left().is_zero() && self.ended().is_none() {
            let looks = self.looks();
            let cpu: Duration = looks.iter().map(|look| look.cpu).sum();
            let sleeps: u64 = looks.iter().flat_map(|look| look.sleeps.values()).sum();
            let (cpu_before, sleeps_before) = *first.get_or_insert((cpu, sleeps));
            let computing = cpu > cpu_before + COMPUTING;
            let waking = start.elapsed() > WAKING && sleeps > sleeps_before + RESTLESS;
            if computing || waking {
                self.0.restless.set(true);
            }
            if self.0.restless.get() && start.elapsed() > MOMENT {
                return;
            }
            if before.as_ref() != Some(&looks) || !looks.iter().all(|look| look.asleep) {
                unchanged_since = Instant::now();
            }
            if unchanged_since.elapsed() >= asleep {
                return;
            }
            before = Some(looks);
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// What the programs that still run do at this moment.
    fn looks(&self) -> Vec<Look> {
        self.0.watched.borrow().iter().filter_map(|process| process.look()).collect()
    }

    /// How the program ended, if all programs have; there is mostly one.
    pub(crate) fn ended(&self) -> Option<ExitStatus> {
        let watched = self.0.watched.borrow();
        if watched.is_empty() {
            return self.0.started.borrow().last()?.status();
        }
        let ended: Vec<_> = watched.iter().map(|process| process.status()).collect();
        ended.into_iter().collect::<Option<Vec<_>>>()?.pop()
    }

    /// Forgets a program: that it has ended, or sleeps, says nothing any more.
    pub(crate) fn forget(&self, process: &Rc<Process>) {
        self.0.watched.borrow_mut().retain(|known| !Rc::ptr_eq(known, process));
    }

    /// How long the check may still take. It is asked again and again while the check waits.
    ///
    /// Between two questions is a sleep of a millisecond or two. On a machine with so much to do
    /// that this lasts longer, the program did not get its turn in time either, and only a moment
    /// counts: then a check takes longer, up to a bound, rather than to blame the program.
    pub(crate) fn time_left(&self) -> Duration {
        const MOMENT: Duration = Duration::from_millis(3);
        let (used, last) = self.0.used.get();
        let now = Instant::now();
        let used = used + (now - last).min(MOMENT);
        self.0.used.set((used, now));
        let bound = self.0.deadline * MOST_TIMES;
        let left = self.0.deadline.saturating_sub(used);
        left.min(bound.saturating_sub(self.0.start.elapsed()))
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

/// Looks at the programs of a stage from time to time.
struct Watch<'a> {
    stage: &'a Stage,
    begun: Instant,
    written: u64,
    cpu: Option<Duration>,
    sleeps: Option<u64>,
    awake_since: Instant,
    last: Vec<Look>,
    unchanged_since: Instant,
    unchanged_looks: u32,
    next_look: Instant,
}

/// How many times its deadline a check may take on a busy machine.
pub const MOST_TIMES: u32 = 10;

/// Time between two looks at the programs: proc(5) is not free.
pub(crate) const LOOK: Duration = Duration::from_millis(20);

/// How many looks must find nothing changed: most of those for which `AT_REST` leaves time.
const LOOKS: u32 = 20;

impl<'a> Watch<'a> {
    fn begin(stage: &'a Stage) -> Self {
        let now = Instant::now();
        Self {
            begun: now,
            written: written(stage),
            cpu: None,
            sleeps: None,
            awake_since: now,
            last: Vec::new(),
            unchanged_since: now,
            unchanged_looks: 0,
            next_look: now,
            stage,
        }
    }

    /// Whether it can be told that nothing will come any more, and why.
    fn silence(&mut self) -> Option<Silence> {
        if self.stage.time_left().is_zero() {
            return Some(Silence::Deadline(self.stage.0.deadline));
        }
        if Instant::now() < self.next_look {
            return None;
        }
        self.next_look = Instant::now() + LOOK;
        if let Some(status) = self.stage.ended() {
            return Some(Silence::Ended(status));
        }
        if written(self.stage) - self.written > FLOOD {
            return Some(Silence::Flooding);
        }
        let looks = self.stage.looks();
        let cpu: Duration = looks.iter().map(|look| look.cpu).sum();
        // Less than before if a process of it has ended.
        let computed = cpu.saturating_sub(*self.cpu.get_or_insert(cpu));
        let asleep = !looks.is_empty() && looks.iter().all(|look| look.asleep);
        if asleep {
            self.awake_since = Instant::now();
        }
        let awake = self.awake_since.elapsed() > AWAKE && computed > BUSY / 5;
        if computed > BUSY || awake {
            return Some(Silence::Busy);
        }
        let (long, often) = IN_VAIN;
        let sleeps: u64 = looks.iter().flat_map(|look| look.sleeps.values()).sum();
        let woken = sleeps.saturating_sub(*self.sleeps.get_or_insert(sleeps));
        if woken > often && self.begun.elapsed() > long && !self.stage.0.patient.get() {
            return Some(Silence::Restless);
        }
        let unread = self.stage.0.watched.borrow().iter().any(|process| process.has_unread());
        self.unchanged_looks += 1;
        if !asleep || unread || looks != self.last {
            self.unchanged_since = Instant::now();
            self.unchanged_looks = 0;
        }
        self.last = looks;
        // Often as well as long: while we got no core ourselves, the program may have got none.
        let at_rest = AT_REST + self.stage.0.nap.get();
        let unchanged = self.unchanged_looks >= LOOKS && self.unchanged_since.elapsed() >= at_rest;
        let rests = unchanged && !self.stage.0.patient.get();
        rests.then_some(Silence::AtRest)
    }
}

fn written(stage: &Stage) -> u64 {
    stage.0.watched.borrow().iter().map(|process| process.written()).sum()
}
