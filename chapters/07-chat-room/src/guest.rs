//! One client, from its beginning to its end, in two threads: one receives, one sends.

use std::io::{ErrorKind, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{info, timed_out, words};
use socket2::Socket;

use crate::conversation::talk;
use crate::guests::CLOSING;
use crate::outbox::Outbox;
use crate::permits::Permit;
use crate::room::Room;
use crate::threads::in_a_thread;

/// How long a client may take to say its name.
const TIME_FOR_A_NAME: Duration = Duration::from_secs(60);

/// How long a client that we have finished with is waited for.
pub const LINGER_TIME: Duration = Duration::from_secs(2);

/// What a client may cost.
#[derive(Clone, Copy)]
pub struct Limits {
    /// How long it may take for a line.
    pub idle_timeout: Option<Duration>,
    /// How many bytes may wait for it.
    pub queue: usize,
    /// How many bytes it may say in a second.
    pub rate: u32,
}

impl Limits {
    /// How long a client may take for its name: without one it takes up a place as well.
    pub fn time_for_a_name(&self) -> Option<Duration> {
        Some(self.idle_timeout.map_or(TIME_FOR_A_NAME, |time| time.min(TIME_FOR_A_NAME)))
    }
}

/// Serves a client in a thread of its own, which owns the permit.
pub fn start(client: Socket, peer: String, permit: Permit, room: &Arc<Room>, limits: Limits) {
    let room = Arc::clone(room);
    let name = peer.clone();
    let started = in_a_thread(&name, move || {
        let end = serve(Arc::new(client), &peer, &room, limits);
        info!("client {peer} {end}");
        drop(permit); // last: when all permits are back, all lines have been printed
    });
    if let Err(error) = started {
        info!("client {name} lost: cannot start a thread: {error}");
    }
}

/// Starts the thread that sends, talks, and sees both to their end. Returns how the client left.
fn serve(client: Arc<Socket>, peer: &str, room: &Arc<Room>, limits: Limits) -> String {
    let outbox = Arc::new(Outbox::new(Arc::clone(&client), limits.queue, Arc::clone(room.size())));
    let sender = Arc::clone(&outbox);
    let sender = match in_a_thread(peer, move || sender.send_all()) {
        Ok(thread) => thread,
        Err(error) => return format!("lost: cannot start a thread: {error}"),
    };
    let end = match room.enter(&outbox) {
        Some(place) => talk(&client, peer, &place, limits), // and leave the room
        None => {
            outbox.push(CLOSING);
            Ok("refused: the room is closing")
        }
    };
    outbox.finish();
    let deadline = Instant::now() + LINGER_TIME;
    drain(&client, deadline);
    outbox.close(deadline);
    let _ = sender.join(); // it has reported its own panic
    match end {
        _ if outbox.is_cut_off() => format!("cut off: it has left {} bytes unread", limits.queue),
        Ok(end) => end.into(),
        Err(error) if timed_out(&error) => "lost: silent for too long".into(),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            "lost: it has closed the connection inside a line".into()
        }
        Err(error) => format!("lost: {}", words(&error)),
    }
}

/// recv until the client has closed as well, or until `deadline`, so that nothing is unread when we
/// close: that would reset the connection, and take along what we have said last (chapter 06).
pub fn drain(mut client: &Socket, deadline: Instant) {
    let mut buffer = [0; 4096];
    while let Some(left) = deadline.checked_duration_since(Instant::now()) {
        let limit = Some(left.max(Duration::from_millis(1)));
        if client.set_read_timeout(limit).is_err() {
            return;
        }
        match client.read(&mut buffer) {
            Ok(1..) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => return, // the end, a reset, the timeout: there is nothing left to read
        }
    }
}
