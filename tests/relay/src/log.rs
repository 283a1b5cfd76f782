//! What a relay has done, for whoever wants to know.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How much it remembers: the last ones.
const MOST: usize = 100_000;

/// Shared between the relay's thread and its owner. Clones are the same log.
pub(crate) struct Log<T>(Arc<Mutex<VecDeque<T>>>);

impl<T: Copy> Log<T> {
    /// Adds what `act` does, if it is to be remembered. Nobody reads the log meanwhile, so that
    /// whoever has seen what was done finds it here.
    pub(crate) fn add<E>(&self, act: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut log = self.lock();
        let entry = act()?;
        if log.len() == MOST {
            log.pop_front();
        }
        log.push_back(entry);
        Ok(entry)
    }

    pub(crate) fn all(&self) -> Vec<T> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Log<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
