//! 02-notice-eof: a client that leaves without saying so, and the next one.
//!
//! The trap: `recv` that returns nothing is the end of the stream, not an empty message. A server
//! that takes it for a message answers somebody who has gone, or spins.

use super::REPLY;
use crate::{Check, DEADLINE, Exercise, Failed, Needs, Peer, Played, Program, Stage};

pub(super) static NOTICE_EOF: Exercise = Exercise {
    name: "02-notice-eof",
    chapter: "02-single-server",
    checks: &[
        Check {
            name: "q ends the conversation, as before",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "A message that is exactly the byte q ends the conversation: print \"[INFO] client \
                 quit!\", close, accept the next. One line for one end: who quits is not also one that \
                 closed.",
            ],
            page: "chapter-02.md#until-the-client-leaves",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: q_ends_the_conversation,
        },
        Check {
            name: "a client that closes is noticed",
            points: 2,
            hints: &[
                "What does read return when the client has closed? Print it, and try: connect with \
                 make run-ch03, and leave with Ctrl-C.",
                "read returns Ok(0) at the end of the stream. It cannot mean an empty message, for \
                 zero bytes are never sent.",
                "Where read returns 0, return from the conversation before anything is printed or \
                 sent.",
            ],
            page: "chapter-02.md#until-the-client-leaves",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: the_end_is_noticed,
        },
        Check {
            name: "the next client is served",
            points: 2,
            hints: &[
                "Closing one connection does not close the listener. What does your program do \
                 between two clients?",
                "The end of a stream ends one conversation. Only the loop around accept decides \
                 whether the server goes on.",
            ],
            page: "chapter-02.md#what-can-go-wrong",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: the_next_client_is_served,
        },
        Check {
            name: "a client that closes at once is noticed",
            points: 1,
            hints: &[
                "The first read of a conversation may be the one that returns 0.",
                "Treat every read alike: one place in the code reads, and that place knows the end.",
            ],
            page: "chapter-02.md#what-can-go-wrong",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_client_that_closes_at_once,
        },
        Check {
            name: "a blank message is not the end",
            points: 1,
            hints: &[
                "What tells the end of a stream is the number that read returns, not what the text \
                 looks like.",
                "A message of one space is one byte. Do not trim before you decide.",
            ],
            page: "bytes-and-text.md#nothing-is-no-message",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_blank_message,
        },
        Check {
            name: "a half-closed client gets one reply, then the end",
            points: 1,
            hints: &[
                "A client may close its sending half and still read. How many replies does it get \
                 from your server?",
                "It has sent one message, so one reply is due. The end of the stream earns none.",
                "After the end, close your side as well: drop the client's socket. Then the client \
                 reads the end of the stream.",
            ],
            page: "segments-and-states.md#closing",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_half_closed_client,
        },
        Check {
            name: "a reset is told, and the next client is served",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "A reset is an error of read, and a close is not: read returns 0. Each has a line of \
                 its own.",
            ],
            page: "errors.md#econnreset",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_reset,
        },
        Check {
            name: "between clients the server sleeps",
            points: 1,
            hints: &[
                "Look at top while nobody is connected: your program should use no CPU at all.",
                "At the end of a stream, read returns at once, again and again. A loop that reads on \
                 never waits.",
            ],
            page: "waiting.md#which-calls-block-and-on-what",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: between_clients_the_server_sleeps,
        },
    ],
};

const CLOSED: &str = "[INFO] client closed the connection";

fn q_ends_the_conversation(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    is_served(stage, &server, &client)?;
    client.sends("q")?;
    server.prints("[INFO] client quit!")?;
    client.receives_the_end()?;
    server.has_never_printed(CLOSED)
}

fn the_end_is_noticed(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    is_served(stage, &server, &client)?;
    is_served(stage, &server, &client)?;
    client.closes();
    server.prints(CLOSED)?;
    stage.settle();
    match server.has_printed(CLOSED) {
        true => Err(Failed::fail(format!("the line \"{CLOSED}\" once"), "it came twice")),
        false => Ok(()),
    }
}

fn the_next_client_is_served(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    for name in ["first client", "second client", "third client"] {
        let client = server.connect(name)?;
        is_served(stage, &server, &client)?;
        client.closes();
    }
    Ok(())
}

fn a_client_that_closes_at_once(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    server.connect("first client")?.closes();
    server.prints(CLOSED)?;
    let second = server.connect("second client")?;
    is_served(stage, &server, &second)
}

fn a_blank_message(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    for blank in [" ", "\n"] {
        client.sends(blank)?;
        client.receives(REPLY)?;
    }
    is_served(stage, &server, &client)
}

fn a_half_closed_client(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    client.sends(stage.word())?;
    client.closes_its_sending_half();
    client.receives(REPLY)?;
    client.receives_the_end()
}

fn between_clients_the_server_sleeps(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    is_served(stage, &server, &client)?;
    client.closes();
    server.comes_to_rest()
}

fn a_reset(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let first = server.connect("first client")?;
    is_served(stage, &server, &first)?;
    first.resets()?;
    server.prints("[INFO] client lost: ")?;
    let second = server.connect("second client")?;
    is_served(stage, &server, &second)?;
    server.has_never_printed(CLOSED)
}

/// The client says a word; the server prints it and replies.
fn is_served(stage: &Stage, server: &Program, client: &Peer) -> Played {
    let word = stage.word();
    client.sends(&word)?;
    server.prints(&format!("[INFO] received from client: {word}"))?;
    client.receives(REPLY)
}
