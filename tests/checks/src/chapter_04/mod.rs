//! The exercises of chapter 04: a thread for each client.

mod full_house;
mod one_bad_client;
mod two_at_once;

use std::time::Duration;

use crate::{Exercise, Failed, Peer, Played, Program, Stage};

pub(crate) static EXERCISES: &[&Exercise] =
    &[&two_at_once::TWO_AT_ONCE, &one_bad_client::ONE_BAD_CLIENT, &full_house::FULL_HOUSE];

/// The deadline of checks with many steps. Each waits until the program has done what there is to do,
/// which takes a moment, and on a crowded machine a long one.
const MANY_STEPS: Duration = Duration::from_secs(30);

/// What the servers of this chapter answer to every message.
const REPLY: &str = "[INFO] server has received your messages";

/// The client says a word; the server prints it behind the client's address, and replies.
fn is_served(stage: &Stage, server: &Program, client: &Peer) -> Played {
    let word = stage.word();
    client.sends(&word)?;
    server.prints(&format!("[INFO] received from {}: {word}", client.address()?))?;
    client.receives(REPLY)
}

/// The client says q; the server prints that it has quit, and closes the connection.
fn quits(server: &Program, client: &Peer) -> Played {
    client.sends("q")?;
    server.prints(&format!("[INFO] client {} quit!", client.address()?))?;
    client.receives_the_end()?;
    server.has_never_printed(&closed(client)?)
}

/// The line that says of a client that it has closed the connection, and did nothing else before.
fn closed(client: &Peer) -> Result<String, Failed> {
    Ok(format!("[INFO] client {} closed the connection", client.address()?))
}

/// The client closes; the server prints that it has closed the connection.
fn closes(server: &Program, client: Peer) -> Played {
    let line = closed(&client)?;
    client.closes();
    server.prints(&line)?;
    Ok(())
}

/// The client resets the connection; the server prints that it has lost the client.
fn resets(server: &Program, client: Peer) -> Played {
    let (line, closed) = (format!("[INFO] client {} lost: ", client.address()?), closed(&client)?);
    client.resets()?;
    server.prints(&line)?;
    server.has_never_printed(&closed)
}
