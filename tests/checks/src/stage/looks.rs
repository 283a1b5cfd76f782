//! What is seen of the programs of a stage, and of what is on its way to them.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::launches;
use crate::look::{Look, cores_present, cores_with_packets};

/// What the programs of a stage do at one moment.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Looks(pub(super) Vec<Look>);

impl Looks {
    /// The time that they have spent on a core.
    pub(super) fn cpu(&self) -> Duration {
        self.0.iter().map(|look| look.cpu).sum()
    }

    /// How often their threads have gone to sleep.
    pub(super) fn sleeps(&self) -> u64 {
        self.0.iter().flat_map(|look| look.sleeps.values()).sum()
    }

    pub(super) fn are_ready(&self) -> bool {
        self.0.iter().any(|look| look.ready)
    }

    pub(super) fn are_held_up(&self) -> bool {
        self.0.iter().any(|look| look.held_up)
    }

    pub(super) fn are_ending(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|look| look.exiting)
    }

    pub(super) fn are_awake(&self) -> bool {
        self.0.iter().any(|look| !look.asleep)
    }

    /// Where there is no `/proc`, they are neither seen asleep nor awake.
    pub(super) fn are_asleep(&self) -> bool {
        !self.0.is_empty() && !self.are_awake()
    }
}

/// Whether anything is under way that was done before a moment: what was sent, until each core has
/// come round to it; and what was closed, until every program has been started that has a copy of it.
#[derive(Default)]
pub(super) struct UnderWay {
    packets: Packets,
    launches: Option<BTreeSet<u64>>,
}

impl UnderWay {
    /// Looks once more.
    pub(super) fn is_anything(&mut self) -> bool {
        let now = launches::under_way();
        let launches = self.launches.get_or_insert_with(|| now.clone());
        launches.retain(|launch| now.contains(launch));
        // What was closed is sent when the last copy is.
        !launches.is_empty() || self.packets.are_there()
    }
}

/// Whether there are packets that were sent before a moment, or that were answers to those.
///
/// A core that nothing waits for may be busy with the last packet, and be so for long: the host of a
/// virtual machine can take a core away in the middle of anything. So when nothing waits, each core is
/// given the time to finish what it has begun, and then its answer to that must not wait either.
#[derive(Default)]
struct Packets {
    waiting: Vec<bool>,
    /// How long each core had been there when nothing waited.
    idle_at: Option<Vec<u64>>,
    finished: bool,
}

impl Packets {
    fn are_there(&mut self) -> bool {
        if self.wait_on_any_core() {
            return true;
        }
        if self.finished {
            return false;
        }
        let now = cores_present();
        let then = self.idle_at.get_or_insert_with(|| now.clone());
        if then.iter().zip(&now).any(|(then, now)| then == now) {
            return true;
        }
        *self = Self { finished: true, ..Self::default() };
        self.wait_on_any_core()
    }

    /// Whether there is a core for which no look has found yet that nothing waits for it.
    fn wait_on_any_core(&mut self) -> bool {
        let now = cores_with_packets();
        if self.waiting.len() == now.len() {
            self.waiting.iter_mut().zip(now).for_each(|(waits, now)| *waits &= now);
        } else {
            self.waiting = now;
        }
        self.waiting.contains(&true)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::thread;
    use std::time::{Duration, Instant};

    use super::UnderWay;
    use crate::launches;

    /// Looks until nothing is under way: packets of others come and go.
    fn comes_to_an_end(under_way: &mut UnderWay) -> bool {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if !under_way.is_anything() {
                return true;
            }
            thread::sleep(Duration::from_millis(1)); // between two looks
        }
        false
    }

    #[test]
    fn what_was_closed_is_under_way_until_a_program_that_has_a_copy_is_started() {
        let launch = launches::begin();
        let mut under_way = UnderWay::default();
        assert!(under_way.is_anything());
        let _later = launches::begin(); // it has no copy of what was closed before
        assert!(under_way.is_anything());
        drop(launch);
        assert!(
            comes_to_an_end(&mut under_way),
            "only what was under way at the first look counts"
        );
    }
}
