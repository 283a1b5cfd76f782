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

/// Permits that somebody has. Dropping it gives them back.
pub struct Permit<'a> {
    of: &'a Permits,
    count: usize,
}

impl Permits {
    /// So many permits.
    pub fn new(count: usize) -> Self {
        Self { left: Mutex::new(count.max(1)), returned: Condvar::new() }
    }

    /// Waits until so many permits can be had at once. Who wants few of them may go first, again and
    /// again.
    pub fn acquire(&self, count: usize) -> Permit<'_> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let left = self.returned.wait_while(left, |left| *left < count);
        *left.unwrap_or_else(PoisonError::into_inner) -= count;
        Permit { of: self, count }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.of.left.lock().unwrap_or_else(PoisonError::into_inner) += self.count;
        self.of.returned.notify_all();
    }
}
