//! A limit on how many clients are served at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A fixed number of seats. A server without a limit falls over at the system's: when descriptors
/// run out, or memory, it fails all its clients instead of refusing one.
pub struct Seats {
    taken: Arc<AtomicUsize>,
    limit: usize,
}

/// A taken seat. Dropping it frees it, and a value is dropped on every way out of a thread: on
/// return, on an error, and in a panic.
pub struct Seat {
    taken: Arc<AtomicUsize>,
}

impl Seats {
    /// So many seats, all free.
    pub fn new(limit: usize) -> Self {
        Self { taken: Arc::default(), limit }
    }

    /// Takes a seat, or none if all are taken.
    pub fn take(&self) -> Option<Seat> {
        // Only one thread, the one that accepts, ever takes a seat: nobody can come in between
        // this look and the next line. Others may free one meanwhile, and that does no harm.
        if self.taken.load(Ordering::Acquire) >= self.limit {
            return None;
        }
        self.taken.fetch_add(1, Ordering::AcqRel);
        Some(Seat { taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::AcqRel);
    }
}
