//! A bound on how fast one client may talk.

use std::thread;
use std::time::{Duration, Instant};

/// A speed that is to be kept. A room multiplies: what one says goes to all others, and whoever has
/// a slower line than the speaker would be cut off for it. So it is the speaker that waits. While it
/// does, we do not read from it, and its own sends wait as well.
pub struct Pace {
    rate: u32,
    /// When all that has been said until now may have been said.
    due: Instant,
}

/// For how long one may talk at any speed before the bound counts.
const AT_ONCE: Duration = Duration::from_secs(1);

impl Pace {
    /// At most `rate` bytes a second.
    pub fn new(rate: u32) -> Self {
        Self { rate, due: Instant::now() }
    }

    // ANCHOR: keep
    /// So many bytes have been said: waits until that was not too fast.
    pub fn keep(&mut self, bytes: usize) {
        let now = Instant::now();
        self.due = self.due.max(now) + Duration::from_secs(1) * bytes as u32 / self.rate;
        let early = self.due.saturating_duration_since(now);
        if let Some(wait) = early.checked_sub(AT_ONCE) {
            thread::sleep(wait);
        }
    }
    // ANCHOR_END: keep
}
