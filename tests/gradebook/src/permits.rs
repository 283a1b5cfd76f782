//! So many at once, and no more.

use std::sync::{Condvar, Mutex, PoisonError};

/// A number of permits, handed out and taken back.
pub struct Permits {
    left: Mutex<usize>,
    returned: Condvar,
}

/// Dropping it gives it back.
pub struct Permit<'a>(&'a Permits);

impl Permits {
    /// So many permits.
    pub fn new(count: usize) -> Self {
        Self { left: Mutex::new(count.max(1)), returned: Condvar::new() }
    }

    /// Waits for a permit.
    pub fn acquire(&self) -> Permit<'_> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let left = self.returned.wait_while(left, |left| *left == 0);
        *left.unwrap_or_else(PoisonError::into_inner) -= 1;
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.left.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.returned.notify_one();
    }
}
