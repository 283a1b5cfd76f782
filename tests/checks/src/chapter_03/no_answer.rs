//! 03-no-answer: a client that tells the kinds of no answer apart, and tries every address.
//!
//! The traps: a timeout bounds the call that it was set for, and connect has none; the end of the
//! stream is not a greeting; the first address of a name need not be the one that answers.

use std::time::Duration;

use crate::{Check, DEADLINE, Exercise, Failed, Needs, Peer, Place, Played, Program, Stage};

pub(super) static NO_ANSWER: Exercise = Exercise {
    name: "03-no-answer",
    chapter: "03-client",
    checks: &[
        Check {
            name: "a greeting is printed",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "The greeting is what the first recv brings. The server need not close after it.",
            ],
            page: "chapter-03.md#ask-send-receive",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_greeting,
        },
        Check {
            name: "a refusal is told",
            points: 1,
            hints: &[
                "What does connect return when nobody listens, and how long does it take?",
                "A refusal is an answer, and comes at once. Its ErrorKind is ConnectionRefused; \
                 common::words has the words for it. Return it from run, and the exit status is 1.",
            ],
            page: "chapter-03.md#what-can-go-wrong",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_refusal,
        },
        Check {
            name: "no answer to connect is given up after the time",
            points: 1,
            hints: &[
                "Which of the calls in your program waits here, and what bounds it?",
                "set_read_timeout is for recv. connect is bounded by connect_timeout, which takes \
                 the limit as an argument.",
                "When its limit has passed, connect_timeout fails with ErrorKind::TimedOut.",
            ],
            page: "chapter-03.md#connect",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: no_answer_to_connect,
        },
        Check {
            name: "a server that says nothing is given up after the time",
            points: 1,
            hints: &[
                "Your client is connected. Which call waits now, and what bounds it?",
                "set_read_timeout, before the recv. When that time has passed, recv fails with \
                 ErrorKind::WouldBlock on Unix; common::timed_out knows.",
            ],
            page: "waiting.md#three-ways",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: a_silent_server,
        },
        Check {
            name: "a server that closes without a word is told",
            points: 1,
            hints: &[
                "What does recv return when the server closes instead of greeting?",
                "recv returns 0 at the end of the stream. That is no greeting of zero bytes, and \
                 no timeout either: it needs a branch of its own.",
            ],
            page: "bytes-and-text.md#nothing-is-no-message",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: closed_without_a_word,
        },
        Check {
            name: "a reset is told",
            points: 1,
            hints: &[
                "Is a reset a close, or a timeout? What does recv return?",
                "recv fails with ErrorKind::ConnectionReset. Not every error of recv is a timeout.",
            ],
            page: "errors.md#econnreset",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_reset,
        },
        Check {
            name: "every address is tried until one accepts",
            points: 1,
            hints: &[
                "How many addresses has this name, and how many does your program try?",
                "resolve returns all addresses, resolve_first the first of them.",
                "Go on with the next address whenever connect fails, whatever the reason, and \
                 print the line for the one that failed.",
            ],
            page: "chapter-03.md#from-a-name-to-a-connection",
            deadline: DEADLINE,
            needs: Needs::MountNamespace,
            play: every_address,
        },
        Check {
            name: "the one that accepts is the one that greets",
            points: 1,
            hints: &[
                "The first address of a name accepts, and then closes without a word. Does your \
                 program try the second one?",
                "An address has done its part when it has accepted. What fails from then on is the \
                 conversation, and there is one only.",
            ],
            page: "chapter-03.md#from-a-name-to-a-connection",
            deadline: DEADLINE,
            needs: Needs::MountNamespace,
            play: only_the_one_that_accepts,
        },
        Check {
            name: "each address has the whole time",
            points: 1,
            hints: &[
                "Three addresses of this name do not answer. How long does your program wait for \
                 the first, and how long for the second?",
                "Hand the same limit to every connect_timeout, and go on after a timeout as after \
                 a refusal.",
            ],
            page: "chapter-03.md#from-a-name-to-a-connection",
            deadline: DEADLINE,
            needs: Needs::MountNamespace,
            play: each_has_the_whole_time,
        },
        Check {
            name: "if all addresses fail, the last one is the error",
            points: 1,
            hints: &[
                "Which address does the error name, and which lines stand before it?",
                "All but the last: a line on stdout, then the next address. The last: return the \
                 failure. split_last takes the two apart.",
            ],
            page: "chapter-03.md#from-a-name-to-a-connection",
            deadline: DEADLINE,
            needs: Needs::MountNamespace,
            play: all_fail,
        },
    ],
};

/// A limit that is waited out.
const SECOND: Duration = Duration::from_secs(1);

/// A limit that no right program waits out.
const LONG: &str = "9";

const REFUSED: &str = "connection refused";

fn a_greeting(stage: &Stage) -> Played {
    let (client, peer, _) = waits_long(stage)?;
    greets(stage, &client, &peer)
}

fn a_refusal(stage: &Stage) -> Played {
    let place = only_place(stage)?;
    place.refuses();
    let client = calls(stage, &place, LONG)?;
    client.exits_with(1)?;
    client.has_complained(&cannot_connect(&place, REFUSED))
}

fn no_answer_to_connect(stage: &Stage) -> Played {
    stage.allows_sleeps_of(SECOND);
    let place = only_place(stage)?;
    place.never_answers()?;
    let client = calls(stage, &place, "1")?;
    client.exits_with(1)?;
    client.has_complained(&cannot_connect(&place, "no answer in 1s"))?;
    client.has_taken(SECOND)
}

fn a_silent_server(stage: &Stage) -> Played {
    stage.allows_sleeps_of(SECOND);
    let (client, _peer, place) = is_connected(stage, "1")?;
    client.exits_with(1)?;
    client.has_complained(&format!("error: {} has said nothing in 1s", place.address()))?;
    client.has_taken(SECOND)
}

fn closed_without_a_word(stage: &Stage) -> Played {
    let (client, peer, place) = waits_long(stage)?;
    peer.closes();
    client.exits_with(1)?;
    client.has_complained(&without_a_word(&place))
}

fn a_reset(stage: &Stage) -> Played {
    let (client, peer, place) = waits_long(stage)?;
    peer.resets()?;
    client.exits_with(1)?;
    client.has_complained(&format!(
        "error: lost the connection to {}: connection reset by the peer",
        place.address()
    ))
}

fn every_address(stage: &Stage) -> Played {
    let places = stage.places(3)?;
    let [first, second, third] = &places[..] else { unreachable!("three were asked for") };
    first.refuses();
    second.refuses();
    let server = third.listens("server")?;
    let client = stage.start_with_hosts(&stage.word(), &places, &["--timeout", LONG])?;
    client.prints(&no_connection(first, REFUSED))?;
    client.prints(&no_connection(second, REFUSED))?;
    greets(stage, &client, &server.accepts()?)
}

fn only_the_one_that_accepts(stage: &Stage) -> Played {
    let places = stage.places(2)?;
    let [first, second] = &places[..] else { unreachable!("two were asked for") };
    let server = first.listens("server")?;
    let _second = second.listens("second server")?;
    let client = stage.start_with_hosts(&stage.word(), &places, &["--timeout", LONG])?;
    server.accepts()?.closes();
    client.exits_with(1)?;
    client.has_complained(&without_a_word(first))
}

fn each_has_the_whole_time(stage: &Stage) -> Played {
    const LIMIT: Duration = Duration::from_millis(400); // a sleep that is never taken for a rest
    const SILENT: u8 = 3; // so that a program that shares the time is far too fast
    let mut places = stage.places(SILENT + 1)?;
    let last = places.pop().expect("there is one more");
    places.iter().try_for_each(Place::never_answers)?;
    let server = last.listens("server")?;
    places.push(last);
    let limit = LIMIT.as_secs_f64().to_string();
    let client = stage.start_with_hosts(&stage.word(), &places, &["--timeout", &limit])?;
    for silent in &places[..usize::from(SILENT)] {
        client.prints(&no_connection(silent, &format!("no answer in {LIMIT:?}")))?;
    }
    client.has_taken(LIMIT * u32::from(SILENT))?;
    server.accepts()?;
    Ok(())
}

fn all_fail(stage: &Stage) -> Played {
    let places = stage.places(2)?;
    let [first, last] = &places[..] else { unreachable!("two were asked for") };
    first.refuses();
    last.refuses();
    let client = stage.start_with_hosts(&stage.word(), &places, &["--timeout", LONG])?;
    client.prints(&no_connection(first, REFUSED))?;
    client.exits_with(1)?;
    client.has_complained(&cannot_connect(last, REFUSED))?;
    match client.has_printed("no connection") {
        true => Err(Failed::fail(
            "no line on stdout about the last address, behind which there is none to be tried",
            "there is one",
        )),
        false => Ok(()),
    }
}

/// A place on 127.0.0.1, where every machine has one.
fn only_place(stage: &Stage) -> Result<Place, Failed> {
    Ok(stage.places(1)?.remove(0))
}

/// The client calls this place by its address, with this limit.
fn calls(stage: &Stage, place: &Place, limit: &str) -> Result<Program, Failed> {
    stage.start(&["--port", &place.port(), "--timeout", limit])
}

/// A client whose connection has been accepted, and which waits for a greeting.
fn is_connected(stage: &Stage, limit: &str) -> Result<(Program, Peer, Place), Failed> {
    let place = only_place(stage)?;
    let server = place.listens("server")?;
    let client = calls(stage, &place, limit)?;
    let peer = server.accepts()?;
    Ok((client, peer, place))
}

/// As [`is_connected`], and it waits; one that waits for a moment only has ended by now.
fn waits_long(stage: &Stage) -> Result<(Program, Peer, Place), Failed> {
    let connected = is_connected(stage, LONG)?;
    stage.hears_all();
    Ok(connected)
}

/// The server greets, and stays; the client prints that and leaves.
fn greets(stage: &Stage, client: &Program, peer: &Peer) -> Played {
    let greeting = format!("{} {}", stage.word(), stage.word());
    peer.sends(&greeting)?;
    client.prints(&greeting)?;
    client.exits_with(0)
}

fn no_connection(place: &Place, why: &str) -> String {
    format!("[INFO] no connection to {}: {why}", place.address())
}

fn without_a_word(place: &Place) -> String {
    format!("error: {} has closed the connection without a word", place.address())
}

fn cannot_connect(place: &Place, why: &str) -> String {
    format!("error: cannot connect to {}: {why}", place.address())
}
