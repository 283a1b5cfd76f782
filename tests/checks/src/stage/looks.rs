//! What is seen of the programs of a stage, and of what is on its way to them.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::launches;
use crate::look::{Look, cores_with_packets};

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

/// Whether anything is under way that was done before a moment: what was sent, until on each core has
/// been seen that no packet waits there; and what was closed, until every program has been started
/// that has a copy of it.
#[derive(Default)]
pub(super) struct UnderWay {
    packets: Vec<bool>,
    launches: Option<BTreeSet<u64>>,
}

impl UnderWay {
    /// Looks once more.
    pub(super) fn is_anything(&mut self) -> bool {
        let now = cores_with_packets();
        if self.packets.len() == now.len() {
            self.packets.iter_mut().zip(now).for_each(|(waits, now)| *waits &= now);
        } else {
            self.packets = now;
        }
        let now = launches::under_way();
        let launches = self.launches.get_or_insert_with(|| now.clone());
        launches.retain(|launch| now.contains(launch));
        self.packets.contains(&true) || !launches.is_empty()
    }
}
