//! How a check waits: it looks at its programs, until what it waits for is there, or until it can be
//! told that nothing will come.

use std::process::ExitStatus;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use super::Stage;
use crate::Silence;
use crate::look::Look;
use crate::process::{FLOOD, Process};
use crate::silence::{AT_REST, AWAKE, BUSY, IN_VAIN, RESTLESS};

/// How many times its deadline a check may take on a busy machine.
pub const MOST_TIMES: u32 = 10;

impl Stage {
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
    /// counts. While it waits for a core, nothing counts. So a check takes longer, up to a bound,
    /// rather than to blame the program.
    pub(crate) fn time_left(&self) -> Duration {
        const MOMENT: Duration = Duration::from_millis(3);
        let most = if self.0.starved.get() { Duration::ZERO } else { MOMENT };
        let (used, last) = self.0.used.get();
        let now = Instant::now();
        let used = used + (now - last).min(most);
        self.0.used.set((used, now));
        let bound = self.0.deadline * MOST_TIMES;
        let left = self.0.deadline.saturating_sub(used);
        left.min(bound.saturating_sub(self.0.start.elapsed()))
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
        let before: Duration = self.last.iter().map(|look| look.cpu).sum();
        let ready = looks.iter().any(|look| look.ready);
        self.stage.0.starved.set(ready && cpu == before);
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

impl Drop for Watch<'_> {
    /// What was seen last says nothing about what comes next.
    fn drop(&mut self) {
        self.stage.0.starved.set(false);
    }
}

fn written(stage: &Stage) -> u64 {
    stage.0.watched.borrow().iter().map(|process| process.written()).sum()
}
