//! A limit on how many clients there are at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A fixed number of permits, as in chapter 04. Here several threads take them, one for each
/// listening socket, and somebody may wait until all are back.
pub struct Permits {
    limit: usize,
    taken: Mutex<usize>,
    returned: Condvar,
}

/// A taken permit. Dropping it gives it back, on every way out of a thread.
pub struct Permit(Arc<Permits>);

impl Permits {
    /// So many permits, none of them taken.
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, taken: Mutex::new(0), returned: Condvar::new() })
    }

    /// Takes a permit, or none if all are taken.
    pub fn take(self: &Arc<Self>) -> Option<Permit> {
        let mut taken = self.taken();
        (*taken < self.limit).then(|| {
            *taken += 1;
            Permit(Arc::clone(self))
        })
    }

    /// Waits until all are back, or until the time is over. Returns how many are still taken.
    pub fn wait_for_all(&self, time: Duration) -> usize {
        let all = self.returned.wait_timeout_while(self.taken(), time, |taken| *taken > 0);
        *all.unwrap_or_else(PoisonError::into_inner).0
    }

    fn taken(&self) -> MutexGuard<'_, usize> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *self.0.taken() -= 1;
        self.0.returned.notify_all();
    }
}
