//! A limit on how many clients are served at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A fixed number of permits to be served. A server without a limit meets the system's: when
/// descriptors run out, or memory, it fails all its clients instead of refusing one.
pub struct Permits {
    taken: Arc<AtomicUsize>,
    limit: usize,
}

/// A taken permit. Dropping it gives it back, and a value is dropped on every way out of a thread:
/// on return, on an error, and in a panic.
pub struct Permit {
    taken: Arc<AtomicUsize>,
}

impl Permits {
    /// So many permits, none of them taken.
    pub fn new(limit: usize) -> Self {
        Self { taken: Arc::default(), limit }
    }

    /// Takes a permit, or none if all are taken.
    ///
    /// `&mut self` says that one thread alone takes them, the one that accepts, so nobody can come
    /// in between the look and the count. Others may give one back meanwhile, which does no harm.
    pub fn take(&mut self) -> Option<Permit> {
        if self.taken.load(Ordering::Acquire) >= self.limit {
            return None;
        }
        self.taken.fetch_add(1, Ordering::AcqRel);
        Some(Permit { taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::AcqRel);
    }
}
