//! So many at once, and no more.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// Does something with each item, so many at once. Stops with the first error.
pub fn at_once<Item, Error>(
    count: usize,
    items: impl Iterator<Item = Item> + Send,
    does: impl Fn(Item) -> Result<(), Error> + Sync,
) -> Result<(), Error>
where
    Error: Send,
{
    let next = Mutex::new(items.fuse());
    let stopped = Mutex::new(None);
    let next_item = || {
        let none = stopped.lock().unwrap_or_else(PoisonError::into_inner).is_none();
        next.lock().unwrap_or_else(PoisonError::into_inner).next().filter(|_| none)
    };
    let worker = || {
        while let Some(item) = next_item() {
            if let Err(error) = does(item) {
                stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(worker);
        }
    });
    stopped.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

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
