//! How a check waits: it looks at its programs, until what it waits for is there, or until it can be
//! told that nothing will come.

use std::process::ExitStatus;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use super::Stage;
use super::looks::{Looks, UnderWay};
use super::watch::Watch;
use crate::Silence;
use crate::process::Process;
use crate::silence::{AT_REST, RESTLESS};

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
            thread::sleep(Duration::from_millis(2)); // between two looks
        }
    }

    /// Waits until something has come, or the programs have had the time for all that they do of
    /// themselves: until they are at rest, or for a while if they never are. Returns whether it has
    /// come.
    pub(crate) fn hears(&self, mut comes: impl FnMut() -> bool) -> Result<bool, Silence> {
        const WHILE: Duration = Duration::from_secs(3); // of the deadline
        let left = self.time_left();
        let came = self.awaits(|| {
            let came = comes();
            let over = left.saturating_sub(self.time_left()) > WHILE;
            (came || over).then_some(came)
        });
        match came {
            Err(Silence::AtRest | Silence::Restless | Silence::Deadline(_)) => Ok(false),
            came => came,
        }
    }

    /// Waits until the programs have done what they can do with all that has come so far: until all
    /// their threads sleep, or they have ended. What is done to them next then finds them in the
    /// same state in every run. A program that goes on computing, or wakes up again and again, is
    /// waited for once, and from then on for a moment only.
    ///
    /// The kernel makes a thread runnable as soon as something has arrived for it. What is under way
    /// arrives within microseconds; on a busy machine the kernel's own thread has to wait its turn
    /// for that, and so a moment's sleep does not count, nor one while packets wait.
    pub(crate) fn settle(&self) {
        self.settle_for(Duration::from_millis(20));
    }

    /// Waits until the programs have said all that they have to say. When something else has come
    /// than was expected, what is told of it is then the same in every run.
    pub(crate) fn hears_all(&self) {
        self.settle_for(AT_REST);
    }

    fn settle_for(&self, asleep: Duration) {
        self.looks_until_settled(asleep);
        self.0.starved.set(false);
    }

    fn looks_until_settled(&self, asleep: Duration) {
        const COMPUTING: Duration = Duration::from_millis(100); // on a core
        const WAKING: Duration = Duration::from_secs(1);
        const UNSETTLED: Duration = Duration::from_millis(1500); // of the deadline
        const MOMENT: Duration = Duration::from_millis(40);
        let start = Instant::now();
        let left = self.time_left();
        let first = self.looks();
        let (cpu, sleeps) = (first.cpu(), first.sleeps());
        let mut before = first;
        let mut unchanged_since = start;
        let mut under_way = UnderWay::default();
        while !self.time_left().is_zero() && self.ended().is_none() {
            // Before the programs are looked at: whom it reaches is awake then.
            let arrived = !under_way.is_anything();
            let looks = self.looks();
            self.0.starved.set(looks.are_held_up() || looks.are_ending());
            let computing = looks.cpu() > cpu + COMPUTING;
            let waking = start.elapsed() > WAKING && looks.sleeps() > sleeps + RESTLESS;
            let now_and_then = left.saturating_sub(self.time_left()) > UNSETTLED;
            if computing || waking || now_and_then {
                self.0.restless.set(true);
            }
            if self.0.restless.get() && start.elapsed() > MOMENT {
                return;
            }
            if looks != before || looks.are_awake() || self.is_up_to_us() {
                unchanged_since = Instant::now();
                under_way = UnderWay::default();
            }
            if arrived && unchanged_since.elapsed() >= asleep {
                return;
            }
            before = looks;
            thread::sleep(Duration::from_millis(5)); // between two looks: proc(5) is not free
        }
    }

    /// Waits until what has been sent so far has arrived, whatever the programs do with it.
    pub(crate) fn lets_arrive(&self) {
        let mut under_way = UnderWay::default();
        while under_way.is_anything() && !self.time_left().is_zero() {
            thread::sleep(Duration::from_millis(5)); // between two looks
        }
    }

    /// What the programs that still run do at this moment.
    pub(super) fn looks(&self) -> Looks {
        let watched = self.0.watched.borrow();
        Looks(watched.iter().filter_map(|process| process.look()).collect())
    }

    /// Whether it is a thread of ours that has something to do next, and not the programs.
    pub(super) fn is_up_to_us(&self) -> bool {
        let watched = self.0.watched.borrow();
        watched.iter().any(|process| process.has_unread() || process.is_hungry())
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
    /// Between two questions is a sleep of a few milliseconds. On a machine with so much to do
    /// that this lasts longer, the program did not get its turn in time either, and only a moment
    /// counts. While it waits for a core, or for the kernel, nothing counts. So a check takes longer,
    /// up to a bound, rather than to blame the program.
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
