//! The server: it opens its doors and its room, and closes them in order.

#[cfg(unix)]
use std::io::{self, ErrorKind};
#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

#[cfg(unix)]
use common::words;
use common::{Failure, OrFail, info};

use crate::Server;
use crate::door::Door;
use crate::guest::Limits;
#[cfg(unix)]
use crate::listen::listen_at;
use crate::listen::listen_on;
use crate::reception::Reception;
use crate::signals;
use crate::threads::in_a_thread;

/// Holds a room until Ctrl-C or SIGTERM.
pub fn run(options: &Server) -> Result<(), Failure> {
    let ended = signals::end()?; // first of all: from the first line on, Ctrl-C is heard
    let &Server { idle_timeout, queue, rate, .. } = options;
    let limits = Limits { idle_timeout, queue: queue as usize, rate };
    let reception = Arc::new(Reception::new(options.max_clients as usize, limits));
    let doors = open_doors(options)?;
    info!("waiting for connection...");
    let accepting = doors.iter().map(|door| attend(door, &reception)).collect::<Result<_, _>>()?;
    ended.recv().expect("the handler keeps the other end");
    close_in_order(doors, accepting, &reception, options.grace);
    Ok(())
}

/// Listens at every address that was asked for.
fn open_doors(options: &Server) -> Result<Vec<Arc<Door>>, Failure> {
    let address = options.address.resolve_first()?;
    let listener = listen_on(address)
        .or_fail_to_listen(format_args!("cannot listen on {}", options.address))?;
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut doors = vec![Arc::new(Door::new(listener, None))];
    #[cfg(unix)]
    if let Some(path) = &options.unix {
        let (listener, path) = listen_at(path).map_err(|error| no_path(path, &error))?;
        doors.push(Arc::new(Door::new(listener, Some(path))));
    }
    Ok(doors)
}

#[cfg(unix)]
fn no_path(path: &Path, error: &io::Error) -> Failure {
    let advice = match error.kind() {
        ErrorKind::AddrInUse => {
            " (another server listens there, or it is no socket: try another path)"
        }
        ErrorKind::NotFound => " (there is no such folder)",
        ErrorKind::InvalidInput => " (take a path that is shorter)",
        _ => "",
    };
    Failure::new(format_args!("cannot listen at {}: {}{advice}", path.display(), words(error)))
}

/// A thread for a door: a thread can wait in accept at one listening socket only.
fn attend(door: &Arc<Door>, reception: &Arc<Reception>) -> Result<JoinHandle<()>, Failure> {
    let (door, reception) = (Arc::clone(door), Arc::clone(reception));
    let attend = move || {
        door.accept_all(
            |client, peer| reception.welcome(client, peer),
            |client| reception.turn_away(client),
        );
    };
    in_a_thread("accept", attend).or_fail("cannot start a thread")
}

// ANCHOR: close-in-order
/// Nobody comes in any more, then everyone is told, then everyone may read that to its end.
fn close_in_order(
    doors: Vec<Arc<Door>>,
    accepting: Vec<JoinHandle<()>>,
    reception: &Reception,
    grace: Duration,
) {
    info!("closing the room");
    for (door, thread) in doors.iter().zip(accepting) {
        if door.close() {
            let _ = thread.join(); // it has reported its own panic
        }
    }
    drop(doors); // closes the listening sockets: from here on, the kernel refuses who comes
    reception.room.close();
    match reception.wait_until_empty(grace) {
        0 => info!("all clients have left"),
        1 => info!("1 client has not left in {grace:?}"),
        some => info!("{some} clients have not left in {grace:?}"),
    }
}
// ANCHOR_END: close-in-order
