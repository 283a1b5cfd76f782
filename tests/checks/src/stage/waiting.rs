//! How a check waits: it looks at its programs, until what it waits for is there, or until it can be
//! told that nothing will come.

use std::mem;
use std::process::ExitStatus;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use super::Stage;
use super::looks::{Looks, UnderWay};
use crate::Silence;
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
        const MOMENT: Duration = Duration::from_millis(40);
        let start = Instant::now();
        let first = self.looks();
        let (cpu, sleeps) = (first.cpu(), first.sleeps());
        let mut before = first;
        let mut unchanged_since = start;
        let mut under_way = UnderWay::default();
        while !self.time_left().is_zero() && self.ended().is_none() {
            let looks = self.looks();
            self.0.starved.set(looks.are_held_up() || looks.are_ending());
            let computing = looks.cpu() > cpu + COMPUTING;
            let waking = start.elapsed() > WAKING && looks.sleeps() > sleeps + RESTLESS;
            if computing || waking {
                self.0.restless.set(true);
            }
            if self.0.restless.get() && start.elapsed() > MOMENT {
                return;
            }
            if looks != before || looks.are_awake() || self.is_up_to_us() {
                unchanged_since = Instant::now();
                under_way = UnderWay::default();
            }
            if !under_way.is_anything() && unchanged_since.elapsed() >= asleep {
                return;
            }
            before = looks;
            thread::sleep(Duration::from_millis(4)); // between two looks
        }
    }

    /// What the programs that still run do at this moment.
    fn looks(&self) -> Looks {
        let watched = self.0.watched.borrow();
        Looks(watched.iter().filter_map(|process| process.look()).collect())
    }

    /// Whether it is a thread of ours that has something to do next, and not the programs.
    fn is_up_to_us(&self) -> bool {
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
    /// Between two questions is a sleep of a millisecond or two. On a machine with so much to do
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

/// Looks at the programs of a stage from time to time.
struct Watch<'a> {
    stage: &'a Stage,
    begun: Instant,
    written: u64,
    /// The time on a core and the sleeps before this wait.
    first: Option<(Duration, u64)>,
    last: Looks,
    awake_since: Instant,
    unchanged_since: Instant,
    unchanged_looks: u32,
    /// How much of what they have sent had come when they were looked at last.
    come: u64,
    under_way: UnderWay,
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
            first: None,
            last: Looks::default(),
            awake_since: now,
            unchanged_since: now,
            unchanged_looks: 0,
            come: stage.0.come.get(),
            under_way: UnderWay::default(),
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
        self.first.get_or_insert((looks.cpu(), looks.sleeps()));
        let no_core = looks.are_ready() && looks.cpu() == self.last.cpu();
        // What they do next, they have not come round to; or it is the kernel that clears away.
        let up_to_the_kernel = looks.are_held_up() || looks.are_ending();
        self.stage.0.starved.set(no_core || up_to_the_kernel);
        let patient = self.stage.0.patient.get();
        let silence = if up_to_the_kernel {
            None
        } else if self.are_busy(&looks) {
            Some(Silence::Busy)
        } else if self.are_restless(&looks) && !patient {
            Some(Silence::Restless)
        } else if self.are_at_rest(&looks) && !patient {
            Some(Silence::AtRest)
        } else {
            None
        };
        self.last = looks;
        silence
    }

    /// How much they have computed, and how often they have gone to sleep, since this wait began.
    /// Both are less than before if a process of them has ended.
    fn since_the_first(&self, looks: &Looks) -> (Duration, u64) {
        let (cpu, sleeps) = self.first.unwrap_or_default();
        (looks.cpu().saturating_sub(cpu), looks.sleeps().saturating_sub(sleeps))
    }

    /// Whether they compute without end.
    fn are_busy(&mut self, looks: &Looks) -> bool {
        let (computed, _) = self.since_the_first(looks);
        if looks.are_asleep() {
            self.awake_since = Instant::now();
        }
        computed > BUSY || (self.awake_since.elapsed() > AWAKE && computed > BUSY / 5)
    }

    /// Whether they wake up again and again.
    fn are_restless(&self, looks: &Looks) -> bool {
        let (long, often) = IN_VAIN;
        let (_, woken) = self.since_the_first(looks);
        woken > often && self.begun.elapsed() > long
    }

    /// Whether they have slept for so long that they wait for what does not come. It must have been
    /// seen often as well: while we got no core ourselves, they may have got none either. And what
    /// they have handed to the kernel may go on coming while they sleep.
    fn are_at_rest(&mut self, looks: &Looks) -> bool {
        self.unchanged_looks += 1;
        let come = mem::replace(&mut self.come, self.stage.0.come.get());
        if !looks.are_asleep()
            || *looks != self.last
            || come != self.come
            || self.stage.is_up_to_us()
        {
            self.unchanged_since = Instant::now();
            self.unchanged_looks = 0;
            self.under_way = UnderWay::default();
        }
        if self.under_way.is_anything() {
            return false;
        }
        let at_rest = AT_REST + self.stage.0.nap.get();
        self.unchanged_looks >= LOOKS && self.unchanged_since.elapsed() >= at_rest
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
