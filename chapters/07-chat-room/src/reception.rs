//! Where a client is given a place, or told why not.

use std::io::Write;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::info;
use socket2::Socket;

use crate::guest::{self, LINGER_TIME, Limits};
use crate::guests::CLOSING;
use crate::permits::Permits;
use crate::room::Room;
use crate::threads::in_a_thread;

/// How many refused clients we wait for at the same time, until they have read the refusal.
const MOST_LINGERING: usize = 16;

const FULL: &str = "* The room is full, try again later";

/// The room, and how many may be in it.
pub struct Reception {
    pub room: Arc<Room>,
    permits: Arc<Permits>,
    lingering: Arc<Permits>,
    limits: Limits,
}

impl Reception {
    /// For an empty room, in which there may be so many clients.
    pub fn new(most: usize, limits: Limits) -> Self {
        let permits = Permits::new(most);
        Self { room: Arc::default(), permits, lingering: Permits::new(MOST_LINGERING), limits }
    }

    /// Serves a client if there is room for it.
    pub fn welcome(&self, client: Socket, peer: String) {
        match self.permits.take() {
            Some(permit) => guest::start(client, peer, permit, &self.room, self.limits),
            None => {
                info!("client {peer} refused: the room is full");
                self.refuse(client, FULL);
            }
        }
    }

    /// Tells a client that it has come too late.
    pub fn turn_away(&self, client: Socket) {
        self.refuse(client, CLOSING);
    }

    /// Says why, and closes in order (chapter 04). Without a permit to wait for it, or without a
    /// thread, the client is closed at once: a crowd of them must not take what others need.
    fn refuse(&self, client: Socket, why: &'static str) {
        let Some(permit) = self.lingering.take() else { return };
        let _ = in_a_thread("refusal", move || {
            // A new connection's buffer is empty, so this does not block; it may have gone already.
            let told = (&client).write_all(format!("{why}\n").as_bytes());
            if told.and_then(|()| client.shutdown(Shutdown::Write)).is_ok() {
                guest::drain(&client, Instant::now() + LINGER_TIME);
            }
            drop((client, permit));
        });
    }

    /// Waits until all clients have left, at most so long. Returns how many have not.
    pub fn wait_until_empty(&self, time: Duration) -> usize {
        let start = Instant::now();
        let refused = self.lingering.wait_for_all(time);
        refused + self.permits.wait_for_all(time.saturating_sub(start.elapsed()))
    }
}
