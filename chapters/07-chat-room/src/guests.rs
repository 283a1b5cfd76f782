//! Who is in the room, and who hears what. Whoever uses this holds the room's lock, so nothing in
//! here may wait.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::sync::Arc;

use crate::outbox::Outbox;

/// What is said to everyone when the room closes.
pub const CLOSING: &str = "* The room is closing";

/// Everyone who is in the room, by number, in the order in which they have come.
#[derive(Default)]
pub struct Guests {
    closed: bool,
    next: u64,
    by_number: BTreeMap<u64, Guest>,
}

/// A client. Without a name it hears nothing, and nobody knows of it.
struct Guest {
    name: Option<String>,
    outbox: Arc<Outbox>,
}

impl Guests {
    /// Lets a client in, without a name. Returns its number; `None` if the room is closed.
    pub fn add(&mut self, outbox: &Arc<Outbox>) -> Option<u64> {
        if self.closed {
            return None;
        }
        self.next += 1;
        self.by_number.insert(self.next, Guest { name: None, outbox: Arc::clone(outbox) });
        Some(self.next)
    }

    /// Gives a client its name, and tells the others. One that has been let go gets none.
    pub fn name(&mut self, number: u64, name: &str) {
        if let Some(guest) = self.by_number.get_mut(&number) {
            guest.name = Some(name.to_owned());
            self.tell_others(number, format!("* {name} has entered the room"));
        }
    }

    /// Says something to all others. From one that has been let go, nobody hears anything.
    pub fn say(&mut self, number: u64, text: &str) {
        let name = self.by_number.get(&number).and_then(|guest| guest.name.as_deref());
        if let Some(line) = name.map(|name| format!("[{name}] {text}")) {
            self.tell_others(number, line);
        }
    }

    /// Removes a client, and tells the others if they have known of it.
    pub fn remove(&mut self, number: u64) {
        let gone = self.by_number.remove(&number);
        if let Some(name) = gone.and_then(|guest| guest.name) {
            self.tell_others(number, has_left(name));
        }
    }

    /// Tells everyone, with a name or without one, that the room is closing. Then nobody is in it,
    /// but what waits in the outboxes is still sent.
    pub fn close(&mut self) {
        self.closed = true;
        for guest in mem::take(&mut self.by_number).into_values() {
            guest.outbox.push(CLOSING);
            guest.outbox.finish();
        }
    }

    /// The names of all who have one.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_number.values().filter_map(|guest| guest.name.as_deref())
    }

    /// The names, as a line.
    pub fn list(&self) -> String {
        let names: Vec<_> = self.names().collect();
        format!("* The room contains: {}", names.join(", ")).trim_end().to_owned()
    }

    // ANCHOR: tell-others
    /// Puts a line into the outbox of everyone who has a name, but for the one it comes from. Who
    /// has no room for it is let go, and that is one more line, for everyone who is left.
    fn tell_others(&mut self, from: u64, line: String) {
        let mut lines = VecDeque::from([(Some(from), line)]);
        while let Some((from, line)) = lines.pop_front() {
            let full: Vec<u64> = self
                .by_number
                .iter()
                .filter(|(number, guest)| guest.name.is_some() && Some(**number) != from)
                .filter(|(_, guest)| !guest.outbox.push(&line))
                .map(|(number, _)| *number)
                .collect();
            for number in full {
                let gone = self.by_number.remove(&number).and_then(|guest| guest.name);
                lines.extend(gone.map(|name| (None, has_left(name))));
            }
        }
    }
    // ANCHOR_END: tell-others
}

fn has_left(name: String) -> String {
    format!("* {name} has left the room")
}
