//! Programs that are being started at this moment.
//!
//! Between fork and exec, a child holds a copy of every descriptor of ours (fork(2)). What another
//! thread closes meanwhile is not closed for its peer: only exec closes the last copy (fcntl(2),
//! `FD_CLOEXEC`). On a machine that starts many programs, that may take seconds.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many launches there have been, and the numbers of those that are under way.
static LAUNCHES: Mutex<(u64, BTreeSet<u64>)> = Mutex::new((0, BTreeSet::new()));

/// A launch that is under way, until this is dropped.
pub(crate) struct Launch(u64);

/// To be called before a program is started.
pub(crate) fn begin() -> Launch {
    let mut launches = launches();
    launches.0 += 1;
    let number = launches.0;
    launches.1.insert(number);
    Launch(number)
}

/// The numbers of the launches that are under way.
pub(crate) fn under_way() -> BTreeSet<u64> {
    launches().1.clone()
}

impl Drop for Launch {
    fn drop(&mut self) {
        launches().1.remove(&self.0);
    }
}

fn launches() -> MutexGuard<'static, (u64, BTreeSet<u64>)> {
    LAUNCHES.lock().unwrap_or_else(PoisonError::into_inner)
}
