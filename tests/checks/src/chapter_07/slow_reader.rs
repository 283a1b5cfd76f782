//! 07-slow-reader: one that does not read.
//!
//! The trap: a send waits for its reader, and whoever waits with the lock in hand makes all others
//! wait, too. A queue in between must have an end, and something must happen there; and a thread that
//! waits in a send has to be woken when its client is let go.

use crate::{Check, DEADLINE, Exercise, Failed, Needs, Peer, Played, Program, Stage};

pub(super) static SLOW_READER: Exercise = Exercise {
    name: "07-slow-reader",
    chapter: "07-chat-room",
    checks: &[
        Check {
            name: "everyone gets every line",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "Each line goes to every client that is there, and whoever has left is no trouble.",
            ],
            page: "chapter-07.md#one-lock-one-order",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: everyone_gets_every_line,
        },
        Check {
            name: "one that does not read delays nobody",
            points: 2,
            hints: &[
                "In which call is the thread that tells everyone, and who waits for the lock that it \
                 holds?",
                "In send, to the one that does not read. Give each client a queue and a thread of its \
                 own that sends what is in it, so that nobody else waits there.",
                "mpsc::sync_channel(queue) is such a queue, and try_send never waits. When the input \
                 ends, the program ends, whoever is still waited for.",
            ],
            page: "chapter-07.md#a-client-that-does-not-read",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: delays_nobody,
        },
        Check {
            name: "one that reads late misses nothing",
            points: 2,
            hints: &[
                "If the reader that reads does not get its lines either, begin with the check before \
                 this one. Otherwise: fewer lines than --queue are waiting for the one that reads \
                 late. Are they all still there, and in order?",
                "Neither throw a line away nor let a client go before its queue is full.",
            ],
            page: "chapter-07.md#a-client-that-does-not-read",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: misses_nothing,
        },
        Check {
            name: "one whose queue is full is let go",
            points: 2,
            hints: &[
                "If the reader that reads does not get its lines either, begin with “one that does \
                 not read delays nobody”. Otherwise: more than --queue lines are waiting. To wait for \
                 room delays everyone, and to throw a line away leaves a client with less than the \
                 truth.",
                "Take it out of the list, end its connection, and print the line.",
                "try_send fails with Full. Vec::retain_mut, or retain, removes whom it fails for while \
                 all others are told.",
            ],
            page: "chapter-07.md#a-client-that-does-not-read",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: is_let_go,
        },
        Check {
            name: "two that do not read are both let go",
            points: 1,
            hints: &[
                "Let one go first: that is \"one whose queue is full is let go\". Then: both queues \
                 are full at the same line. Does your program get to the second one?",
                "Each client has a queue of its own. Go on with the next one when you let one go.",
            ],
            page: "chapter-07.md#a-client-that-does-not-read",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: both_are_let_go,
        },
        Check {
            name: "who was let go leaves nothing behind",
            points: 1,
            hints: &[
                "Has it been let go at all? If so: which threads did that client have, and in which \
                 calls are they?",
                "One waits in recv and one in send, and both wait for a client that does nothing. \
                 Something has to wake them.",
                "shutdown(Shutdown::Both) on the socket: recv returns 0, and send fails.",
            ],
            page: "two-things.md#waking-a-thread-that-waits",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: let_go_leaves_nothing,
        },
        Check {
            name: "who leaves with a queue leaves nothing behind",
            points: 1,
            hints: &[
                "If the reader that reads does not get its lines either, begin with “one that does \
                 not read delays nobody”. Otherwise: the client has closed its sending half, and does \
                 not read. recv has returned 0, so one thread knows. What does the other wait for?",
                "It waits in send, and would for ever. Wake it, and then join it.",
            ],
            page: "two-things.md#waking-a-thread-that-waits",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: leaves_with_a_queue,
        },
    ],
};

/// A queue that nobody fills.
const LONG: &[&str] = &["--queue", "100000"];

/// How many lines are typed before somebody must have got them.
const AT_ONCE: usize = 20;

/// More rounds than the kernels on both sides have room for.
const ROUNDS: usize = 25;

/// A ticker, and a client that reads.
fn ticker(stage: &Stage, args: &[&str]) -> Result<(Program, Peer), Failed> {
    let server = stage.start_server(args)?;
    let reader = connected(&server, server.connect("reader")?)?;
    Ok((server, reader))
}

/// A client for which little is taken that it does not read.
fn deaf(server: &Program, name: &str) -> Result<Peer, Failed> {
    connected(server, server.connect_with_small_buffer(name)?)
}

/// From here on, each line reaches it.
fn connected(server: &Program, client: Peer) -> Result<Peer, Failed> {
    server.prints(&format!("[INFO] connected by {}", client.address()?))?;
    Ok(client)
}

/// Types lines, and more when the reader has got these. Returns them all.
fn tick(stage: &Stage, server: &Program, reader: &Peer) -> Result<Vec<String>, Failed> {
    let filling = "x".repeat(900);
    let mut all = Vec::new();
    let what = format!(
        "types {AT_ONCE} lines, and {AT_ONCE} more when the reader has got these, and so on"
    );
    stage.tell("keyboard", what);
    for _ in 0..ROUNDS {
        let word = stage.word();
        let lines: Vec<_> = (1..=AT_ONCE).map(|line| format!("{word} {line} {filling}")).collect();
        server.types_lines(&lines)?;
        are_got(reader, &lines)?;
        all.extend(lines);
    }
    Ok(all)
}

/// The next lines that it hears must be these.
fn are_got(reader: &Peer, lines: &[String]) -> Played {
    let got = reader.gets_lines(lines.len())?;
    match got.iter().zip(lines).find(|(got, line)| got != line) {
        Some(_) => Err(Failed::fail("each line that was typed, in order", "another line")),
        None => Ok(()),
    }
}

fn everyone_gets_every_line(stage: &Stage) -> Played {
    let (server, reader) = ticker(stage, &[])?;
    let others = ["client that closes", "client that half-closes", "client that resets"];
    for name in others {
        let other = connected(&server, server.connect(name)?)?;
        let line = format!("[INFO] client {} has left", other.address()?);
        let word = stage.word();
        server.types(&word)?;
        reader.receives(format!("{word}\n"))?;
        other.receives(format!("{word}\n"))?;
        other.sends("whatever\n")?;
        match name {
            "client that closes" => other.closes(),
            "client that resets" => other.resets()?,
            _ => other.closes_its_sending_half(),
        }
        server.prints(&line)?;
    }
    let word = stage.word();
    server.types(&word)?;
    reader.receives(format!("{word}\n"))?;
    server.comes_to_rest()
}

fn delays_nobody(stage: &Stage) -> Played {
    let (server, reader) = ticker(stage, LONG)?;
    let _deaf = deaf(&server, "client that does not read")?;
    tick(stage, &server, &reader)?;
    let newcomer = connected(&server, server.connect("newcomer")?)?;
    let word = stage.word();
    server.types_at_once(&word)?;
    newcomer.receives(format!("{word}\n"))?;
    server.ends_input();
    server.exits_with(0)
}

fn misses_nothing(stage: &Stage) -> Played {
    let most = (AT_ONCE * ROUNDS).to_string();
    let (server, reader) = ticker(stage, &["--queue", &most])?;
    let late = deaf(&server, "client that reads late")?;
    let lines = tick(stage, &server, &reader)?;
    late.begins_to_read()?;
    are_got(&late, &lines)?;
    let word = stage.word();
    server.types(&word)?;
    late.receives(format!("{word}\n"))
}

fn is_let_go(stage: &Stage) -> Played {
    let (server, reader) = ticker(stage, &["--queue", "100"])?;
    let deaf = deaf(&server, "client that does not read")?;
    tick(stage, &server, &reader)?;
    says_it_lets_go(&server, &deaf)
}

fn both_are_let_go(stage: &Stage) -> Played {
    let (server, reader) = ticker(stage, &["--queue", "100"])?;
    let both = [deaf(&server, "first that does not read")?, deaf(&server, "second that does not")?];
    tick(stage, &server, &reader)?;
    let mut lines = both.iter().map(let_go).collect::<Result<Vec<_>, _>>()?;
    while !lines.is_empty() {
        let printed = server.prints("let go")?;
        lines.retain(|line| *line != printed);
    }
    Ok(())
}

fn says_it_lets_go(server: &Program, client: &Peer) -> Played {
    server.prints(&let_go(client)?).map(drop)
}

fn let_go(client: &Peer) -> Result<String, Failed> {
    Ok(format!("[INFO] client {} let go: it does not read", client.address()?))
}

fn let_go_leaves_nothing(stage: &Stage) -> Played {
    let (server, reader) = ticker(stage, &["--queue", "100"])?;
    let (threads, descriptors) = (server.threads()?, server.descriptors()?);
    let deaf = deaf(&server, "client that does not read")?;
    tick(stage, &server, &reader)?;
    server.is_back_to_threads(threads)?;
    server.is_back_to_descriptors(descriptors)?;
    let second = format!("client {} has left", deaf.address()?);
    match server.has_printed(&second) {
        false => Ok(()),
        true => Err(Failed::fail(
            "one line on stdout for the client that was let go",
            format!("the line \"[INFO] {second}\" as well"),
        )),
    }
}

fn leaves_with_a_queue(stage: &Stage) -> Played {
    let (server, reader) = ticker(stage, LONG)?;
    let (threads, descriptors) = (server.threads()?, server.descriptors()?);
    let deaf = deaf(&server, "client that does not read")?;
    tick(stage, &server, &reader)?;
    deaf.closes_its_sending_half();
    server.prints(&format!("[INFO] client {} has left", deaf.address()?))?;
    server.is_back_to_threads(threads)?;
    server.is_back_to_descriptors(descriptors)
}
