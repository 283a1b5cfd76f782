//! 04-two-at-once: a client that says nothing holds up nobody.
//!
//! The trap: a thread is of use only if nobody waits for it. A server that joins it, or holds a
//! lock while it talks, or has a fixed number of threads, serves one after the other as before.

use super::{MANY_STEPS, closes, is_served, quits, resets};
use crate::{Check, Exercise, Needs, Played, Stage};

pub(super) static TWO_AT_ONCE: Exercise = Exercise {
    name: "04-two-at-once",
    chapter: "04-threaded-server",
    checks: &[
        Check {
            name: "one client is served as before",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "The connection is closed when the last owner of its socket is dropped. Who owns \
                 it in your program, and how long?",
            ],
            page: "chapter-04.md#a-thread-owns-its-client",
            deadline: MANY_STEPS,
            needs: Needs::Nothing,
            play: one_client_is_served,
        },
        Check {
            name: "a client that says nothing holds up nobody",
            points: 2,
            hints: &[
                "Where is your program while the first client says nothing? The server has to be \
                 in accept, and in recv, at the same time.",
                "A thread can be in one call only. Give each client a thread, and let the first \
                 thread do nothing but accept.",
                "thread::Builder::new().spawn(move || serve_client(&client, &peer)) returns at \
                 once. Neither join the thread, nor hold a lock while it talks.",
            ],
            page: "chapter-04.md#accept-hand-over-accept",
            deadline: MANY_STEPS,
            needs: Needs::Nothing,
            play: a_silent_client,
        },
        Check {
            name: "a hundred and twenty are served at once",
            points: 2,
            hints: &[
                "How many clients can your program talk to at the same time? What does the next \
                 one wait for?",
                "A client keeps its thread for as long as it likes, so a fixed number of threads \
                 is used up sooner or later. Start one for each client.",
            ],
            page: "chapter-04.md#accept-hand-over-accept",
            deadline: MANY_STEPS,
            needs: Needs::Nothing,
            play: more_than_a_hundred_at_once,
        },
        Check {
            name: "each client gets its own replies, and lines with its own name",
            points: 2,
            hints: &[
                "Two clients talk in turns here. Which of them does each line name, and which of \
                 them gets each reply?",
                "What belongs to one client must not stand where another client's thread can \
                 change it.",
                "Move the socket and the name into the thread, with a closure that begins with \
                 move. Then nobody else has them.",
            ],
            page: "chapter-04.md#a-thread-owns-its-client",
            deadline: MANY_STEPS,
            needs: Needs::Nothing,
            play: each_client_gets_its_own,
        },
        Check {
            name: "who leaves ends one conversation only",
            points: 1,
            hints: &[
                "One client says q, and one closes. What happens to the third?",
                "The end of a conversation ends its thread: return from the function that the \
                 thread runs, and from nothing else.",
            ],
            page: "chapter-04.md#a-thread-owns-its-client",
            deadline: MANY_STEPS,
            needs: Needs::Nothing,
            play: who_leaves,
        },
        Check {
            name: "threads end with their clients",
            points: 1,
            hints: &[
                "List the threads of your program, with ps -L -p and its process id, before \
                 clients come and after they have left.",
                "A thread ends when its function returns. It must return after q, at the end of \
                 the stream, and when recv or send fails.",
            ],
            page: "chapter-04.md#what-the-kernel-did",
            deadline: MANY_STEPS,
            needs: Needs::Proc,
            play: threads_end,
        },
        Check {
            name: "while nobody talks the server sleeps",
            points: 1,
            hints: &[
                "Look at top while two clients are connected and say nothing: your program should \
                 use no CPU at all.",
                "A thread that waits in accept or recv uses none. Leave the sockets blocking, and \
                 let each thread wait in one call.",
            ],
            page: "waiting.md#three-ways",
            deadline: MANY_STEPS,
            needs: Needs::Proc,
            play: while_nobody_talks,
        },
    ],
};

fn one_client_is_served(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    is_served(stage, &server, &client)?;
    is_served(stage, &server, &client)?;
    quits(&server, &client)
}

fn a_silent_client(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let silent = server.connect("silent client")?;
    let second = server.connect("second client")?;
    is_served(stage, &server, &second)?;
    is_served(stage, &server, &silent)
}

fn more_than_a_hundred_at_once(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let clients = server.connect_many(120)?;
    // The last one first: it must not have to wait for the others.
    let mut some = clients.iter().rev().take(19).chain(clients.first());
    some.try_for_each(|client| is_served(stage, &server, client))
}

fn each_client_gets_its_own(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let first = server.connect("first client")?;
    let second = server.connect("second client")?;
    first.tells_its_address()?;
    second.tells_its_address()?;
    for client in [&first, &second, &second, &first, &second] {
        is_served(stage, &server, client)?;
    }
    // With the end, it is clear that neither has got more replies than its own.
    quits(&server, &second)?;
    quits(&server, &first)
}

fn who_leaves(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let stays = server.connect("client that stays")?;
    is_served(stage, &server, &stays)?;
    quits(&server, &server.connect("client that quits")?)?;
    is_served(stage, &server, &stays)?;
    closes(&server, server.connect("client that closes")?)?;
    is_served(stage, &server, &stays)
}

fn threads_end(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let before = server.threads()?;
    for _ in 0..3 {
        let client = server.connect("client that quits")?;
        is_served(stage, &server, &client)?;
        client.sends("q")?;
        server.prints(&format!("[INFO] client {} quit!", client.address()?))?;
        let client = server.connect("client that closes")?;
        is_served(stage, &server, &client)?;
        closes(&server, client)?;
        let client = server.connect("client that resets")?;
        is_served(stage, &server, &client)?;
        resets(&server, client)?;
    }
    server.is_back_to_threads(before)
}

fn while_nobody_talks(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let first = server.connect("first client")?;
    is_served(stage, &server, &first)?;
    let _second = server.connect("second client")?;
    server.comes_to_rest()
}
