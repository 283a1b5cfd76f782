//! The client, which waits for two things at once: the keyboard and the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use common::{Failure, OrFail};

use crate::Client;
use crate::connect::connect;
use crate::keyboard;
use crate::talk::{Talk, hear_all, say_all};

/// How long the server's last words are waited for when we cannot say anything any more.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What has come to its end, and how.
enum End {
    /// We have said all that we want to say.
    Said(Result<(), Failure>),
    /// The server has said all that it wants to say.
    Heard(Result<(), Failure>),
}

/// Connects, and talks until we leave, or the server does.
///
/// A thread can wait for one thing at a time. So there is one for each, and this one waits for a
/// third thing: that the first of them comes to its end.
pub fn run(options: &Client) -> Result<(), Failure> {
    let (server, name) = connect(options)?;
    let (keyboard, screen) = keyboard::open();
    let talk = Arc::new(Talk { server, name, screen, leaving: AtomicBool::new(false) });
    let (ends, end) = mpsc::channel();

    let (said, ours) = (ends.clone(), Arc::clone(&talk));
    in_a_thread("keyboard", move || {
        let _ = said.send(End::Said(say_all(keyboard, &ours)));
    })?;
    let ours = Arc::clone(&talk);
    in_a_thread("hear", move || {
        let _ = ends.send(End::Heard(hear_all(&ours)));
    })?;
    let left = wait_for(&end, &talk);
    talk.screen.finish();
    left
}

// ANCHOR: wait
/// Waits for the end of both if we leave, and of one if the server does.
fn wait_for(end: &Receiver<End>, talk: &Talk) -> Result<(), Failure> {
    let heard = match end.recv().expect("each thread says how it has ended") {
        End::Said(Ok(())) => {
            let _ = end.recv(); // what there is to hear until the server has seen that we leave
            return Ok(());
        }
        End::Said(Err(failure)) => {
            let _ = end.recv_timeout(LAST_WORDS); // the server may have said why
            return Err(failure);
        }
        End::Heard(heard) => heard,
    };
    let leaving = talk.leaving.load(Ordering::Acquire); // before the keyboard comes to its end, too
    // On every system an editor can be woken; who reads from a pipe ends with the program.
    if talk.screen.end_editing() {
        let _ = end.recv();
    }
    match leaving {
        true => Ok(()), // it was quicker to close than we to say that we have said all
        false => {
            heard?;
            Err(Failure::new(format_args!("{} has closed the connection", talk.name)))
        }
    }
}
// ANCHOR_END: wait

fn in_a_thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    thread::Builder::new().name(name.into()).spawn(work).map(drop).or_fail("cannot start a thread")
}
