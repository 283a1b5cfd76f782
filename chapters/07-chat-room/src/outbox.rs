//! What one client is still to be sent. Many fill it, and one thread empties it.

use std::io::Write;
use std::mem;
use std::net::Shutdown;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use socket2::Socket;

/// For how long lines are gathered, for each client in the room: with a thousand of them, 40 ms.
const GATHER: Duration = Duration::from_micros(40);

/// The sending half of a client's connection.
///
/// Whoever has something to say puts it in here and goes on at once. That is why a client that does
/// not read delays nobody: its own thread waits for it, and no other.
pub struct Outbox {
    client: Arc<Socket>,
    limit: usize,
    /// How many are in the room.
    crowd: Arc<AtomicU32>,
    state: Mutex<State>,
    changed: Condvar,
}

// ANCHOR: state
#[derive(Default)]
struct State {
    /// Whole lines, in the order in which they are to be sent.
    waiting: Vec<u8>,
    /// How many bytes are being sent at the moment.
    sending: usize,
    /// The thread that sends waits for something to send.
    idle: bool,
    /// Nothing is added any more.
    finished: bool,
    /// The client has been cut off, because there was no room for a line.
    cut_off: bool,
    /// The thread that sends has ended.
    sent: bool,
}
// ANCHOR_END: state

impl Outbox {
    /// An empty outbox for `client`, in which `limit` bytes may wait. Of the size of the `crowd`
    /// depends how long lines are gathered.
    pub fn new(client: Arc<Socket>, limit: usize, crowd: Arc<AtomicU32>) -> Self {
        Self { client, limit, crowd, state: Mutex::default(), changed: Condvar::new() }
    }

    // ANCHOR: push
    /// Adds a line, for which nobody waits. Returns false if there was no room: then the client,
    /// which has not read for long, is cut off. If nothing waits, there is room for any line.
    pub fn push(&self, line: &str) -> bool {
        let mut state = self.state();
        if state.finished {
            return true; // it is leaving anyway
        }
        let unread = state.waiting.len() + state.sending;
        if unread > 0 && unread + line.len() >= self.limit {
            state.cut_off = true;
            // What the kernel keeps for it is of no use to anybody: close is to throw it away.
            let _ = self.client.set_linger(Some(Duration::ZERO));
            self.cut(&mut state);
            return false;
        }
        if mem::take(&mut state.idle) {
            self.changed.notify_all();
        }
        state.waiting.extend_from_slice(line.as_bytes());
        state.waiting.push(b'\n');
        true
    }
    // ANCHOR_END: push

    /// Nothing is added any more. What waits is still sent, and then the end of the stream.
    pub fn finish(&self) {
        self.state().finished = true;
        self.changed.notify_all();
    }

    // ANCHOR: send
    /// Sends what is put in, until [`finish`](Self::finish), and then closes our half. For a thread
    /// of its own: send waits for the client whenever the client does not read.
    pub fn send_all(&self) {
        while let Some(batch) = self.take() {
            // All that waits goes out in one write: many small ones would each cost a system call,
            // and a segment.
            if (&*self.client).write_all(&batch).is_err() {
                self.cut(&mut self.state()); // wakes the thread that receives, to say why
            }
            // The first line after a silence goes out at once. What comes right behind it is
            // gathered for a moment, the longer the more there are who hear each line.
            thread::sleep(GATHER * self.crowd.load(Ordering::Relaxed));
        }
        let _ = self.client.shutdown(Shutdown::Write); // fails if the client has gone
        self.state().sent = true;
        self.changed.notify_all();
    }

    /// Waits until there is something, and takes all of it. `None` at the end.
    fn take(&self) -> Option<Vec<u8>> {
        let mut state = self.state();
        state.sending = 0;
        let state = self.changed.wait_while(state, |state| {
            state.idle = state.waiting.is_empty() && !state.finished;
            state.idle
        });
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.sending = state.waiting.len();
        Some(mem::take(&mut state.waiting)).filter(|batch| !batch.is_empty())
    }
    // ANCHOR_END: send

    /// Waits until all is sent, or until `deadline`; then nothing more is sent or received.
    pub fn close(&self, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        let sent = self.changed.wait_timeout_while(self.state(), left, |state| !state.sent);
        let (mut state, _) = sent.unwrap_or_else(PoisonError::into_inner);
        self.cut(&mut state);
    }

    /// Whether the client was cut off because it has not read.
    pub fn is_cut_off(&self) -> bool {
        self.state().cut_off
    }

    // ANCHOR: cut
    /// Throws away what waits, and ends the connection. That wakes both of its threads: recv returns
    /// the end of the stream, and send fails.
    fn cut(&self, state: &mut State) {
        state.waiting = Vec::new();
        state.finished = true;
        let _ = self.client.shutdown(Shutdown::Both); // fails if the client has gone
        self.changed.notify_all();
    }
    // ANCHOR_END: cut

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is one step, so whoever panicked has left nothing half-done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
