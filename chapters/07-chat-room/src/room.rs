//! The room: one lock around everyone who is in it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::guests::Guests;
use crate::outbox::Outbox;

/// The room, which all threads share.
///
/// Whoever speaks holds its lock until the line is in the outbox of everyone who is to hear it. So
/// all hear the same lines in the same order, and nobody comes or goes in the middle of one.
#[derive(Default)]
pub struct Room {
    guests: Mutex<Guests>,
    size: Arc<AtomicU32>,
}

/// A client's place in the room. Dropping it leaves the room, on every way out of a thread; what has
/// been said until then is still sent.
pub struct Place {
    room: Arc<Room>,
    number: u64,
    outbox: Arc<Outbox>,
}

impl Room {
    /// Takes a place, without a name. `None` if the room is closed.
    pub fn enter(self: &Arc<Self>, outbox: &Arc<Outbox>) -> Option<Place> {
        let number = self.guests().add(outbox)?;
        self.size.fetch_add(1, Ordering::Relaxed);
        Some(Place { room: Arc::clone(self), number, outbox: Arc::clone(outbox) })
    }

    /// How many places are taken, for whoever wants to know it later as well.
    pub fn size(&self) -> &Arc<AtomicU32> {
        &self.size
    }

    /// Tells everyone, with or without a name, that the room is closing, and lets nobody in any more.
    pub fn close(&self) {
        self.guests().close();
    }

    fn guests(&self) -> MutexGuard<'_, Guests> {
        // A panic under the lock leaves a guest in or out, and never half of one.
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    // ANCHOR: join
    /// Gets a name: the newcomer is told who is here, and these are told who has come. Fails, with
    /// what to tell the newcomer, if that is no name, or somebody's.
    pub fn join(&self, name: &str) -> Result<(), String> {
        if name.is_empty() || name.len() > 32 || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err("* Refused: a name has 1 to 32 letters and digits of ASCII".into());
        }
        // Held from the look to the change: two that ask for one name at once cannot both get it.
        let mut guests = self.room.guests();
        if guests.names().any(|taken| taken == name) {
            return Err(format!("* Refused: somebody here is called {name} already"));
        }
        self.outbox.push(&guests.list());
        guests.name(self.number, name);
        Ok(())
    }
    // ANCHOR_END: join

    /// Says something to all others.
    pub fn say(&self, text: &str) {
        self.room.guests().say(self.number, text);
    }

    /// Tells this client alone who is here. Returns the line.
    pub fn who(&self) -> String {
        let list = self.room.guests().list();
        self.outbox.push(&list);
        list
    }

    /// Tells this client alone a line.
    pub fn tell(&self, line: &str) {
        self.outbox.push(line);
    }

    /// Takes the client out of the room, and tells it why. Under one lock: what others say in the same
    /// moment does not come behind its last word.
    pub fn send_away(&self, why: &str) {
        let mut guests = self.room.guests();
        guests.remove(self.number);
        self.outbox.push(why);
    }

    /// Whether the client has been cut off, because it does not read.
    pub fn is_cut_off(&self) -> bool {
        self.outbox.is_cut_off()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.guests().remove(self.number);
        self.room.size.fetch_sub(1, Ordering::Relaxed);
        self.outbox.finish();
    }
}
