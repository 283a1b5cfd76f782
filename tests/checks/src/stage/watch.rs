//! Whether it can be told of the programs of a stage that nothing will come of them any more.

use std::mem;
use std::time::{Duration, Instant};

use super::Stage;
use super::looks::{Looks, UnderWay};
use crate::Silence;
use crate::process::FLOOD;
use crate::silence::{AT_REST, AWAKE, BUSY, IN_VAIN};

/// Looks at the programs of a stage from time to time.
pub(super) struct Watch<'a> {
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
    pub(super) fn begin(stage: &'a Stage) -> Self {
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
    pub(super) fn silence(&mut self) -> Option<Silence> {
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
