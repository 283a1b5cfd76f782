//! 06-last-words: the reply that a close eats.
//!
//! The trap: `write_all` says that the kernel has taken the reply, not that it has arrived. A close
//! with something unread sends a reset, and throws away what is still to be sent.

use std::time::{Duration, Instant};

use crate::{Check, DEADLINE, Exercise, Failed, Needs, Peer, Played, Program, Stage};

pub(super) static LAST_WORDS: Exercise = Exercise {
    name: "06-last-words",
    chapter: "06-framing",
    checks: &[
        Check {
            name: "a report arrives, and its client leaves",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "Lines are answered until one asks for a report. When the client has closed behind \
                 it, the line says that it has its report.",
            ],
            page: "chapter-06.md#a-last-word-that-arrives",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_report,
        },
        Check {
            name: "a client that has said more gets all of it",
            points: 1,
            hints: &[
                "The client has sent something behind its wish. Who reads that, before the \
                 connection is closed?",
                "A close with something unread is a reset, and the kernel throws away what it has \
                 still to send. So read until there is nothing unread, and nothing to come.",
                "shutdown(Shutdown::Write) behind the report, then read into a buffer that nobody \
                 looks at, until read returns 0.",
            ],
            page: "chapter-06.md#a-last-word-that-arrives",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: has_said_more,
        },
        Check {
            name: "a client that goes on talking gets all of it",
            points: 1,
            hints: &[
                "Nothing was unread when your program closed. What does its kernel do with bytes \
                 that come afterwards?",
                "It answers them with a reset. Do not close before the client has: read until the \
                 end of its half, not until nothing is there for now.",
            ],
            page: "chapter-06.md#a-last-word-that-arrives",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: goes_on_talking,
        },
        Check {
            name: "the end comes with the report",
            points: 1,
            hints: &[
                "The client reads to the end of the stream, and closes then. What does your program \
                 wait for?",
                "Each half of a connection ends by itself. Close yours behind the last byte of the \
                 report: shutdown(Shutdown::Write).",
            ],
            page: "chapter-03.md#close-one-half",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: the_end_comes,
        },
        Check {
            name: "a client that has its report leaves nothing behind",
            points: 1,
            hints: &[
                "The client has closed. Which of your threads still knows of it, and which \
                 descriptor?",
                "When read returns 0, drop the socket, print the line, and let the thread end. When it \
                 fails, the client is lost, and there is a line for that.",
            ],
            page: "chapter-04.md#a-thread-owns-its-client",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: leaves_nothing_behind,
        },
        Check {
            name: "a silent client is let go in time",
            points: 1,
            hints: &[
                "The client has its report, and does not close. What does your read wait for?",
                "set_read_timeout bounds it. When the time is over, say so and close.",
            ],
            page: "waiting.md#three-ways",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: a_silent_one,
        },
        Check {
            name: "a talkative client is let go in time",
            points: 1,
            hints: &[
                "A timeout bounds one read. How many reads can there be?",
                "Note the time when the report has been sent, and give each read what is left.",
            ],
            page: "waiting.md#three-ways",
            deadline: FEW_SECONDS,
            needs: Needs::Nothing,
            play: a_talkative_one,
        },
        Check {
            name: "a client that speaks late gains no time",
            points: 1,
            hints: &[
                "With --linger 2, a client has its report, and says something after a second and a \
                 half. How long does your read wait then?",
                "The time began when the report was sent. Set the timeout anew before each read, to \
                 what is left of it.",
            ],
            page: "waiting.md#three-ways",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: speaks_late,
        },
        Check {
            name: "a client that does not read its report is given up",
            points: 1,
            hints: &[
                "The client does not read, and all buffers are full. In which call is your program?",
                "set_write_timeout bounds each send. What fails with it has a line of its own.",
            ],
            page: "waiting.md#which-calls-block-and-on-what",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: does_not_read,
        },
        Check {
            name: "no client holds up another",
            points: 1,
            hints: &[
                "Where does your program wait for a client that has its report?",
                "In the thread of that client. The thread that accepts does nothing else.",
            ],
            page: "chapter-04.md#accept-hand-over-accept",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: holds_up_nobody,
        },
    ],
};

/// For a program that has to be done in one. One that never is lasts until then, in the gradebook twice.
const FEW_SECONDS: Duration = Duration::from_secs(5);

/// Longer than any check takes: who is let go before has closed.
const LONG: &[&str] = &["--linger", "60"];

/// More lines than a client has room for that does not read.
const MANY: usize = 20_000;

/// More lines than there is room for on both sides. To make them all takes a program a while: with a
/// million, a slow machine was taken for a busy loop.
const TOO_MANY: &str = "report 400000\n";

fn lines(count: usize) -> Vec<u8> {
    (1..=count).flat_map(|number| format!("line {number}\n").into_bytes()).collect()
}

fn a_report(stage: &Stage) -> Played {
    let (server, client) = connected(stage, LONG)?;
    let word = stage.word();
    client.sends(format!("{word}\n"))?;
    server.prints(&format!("received from {}: {word}", client.address()?))?;
    client.receives("[INFO] server has received your messages\n")?;
    let count = stage.number(3..9);
    client.sends(format!("report {count}\n"))?;
    client.receives(lines(count))?;
    client.receives_the_end()?;
    leaves(&server, client)
}

fn has_said_more(stage: &Stage) -> Played {
    let (server, client) = connected(stage, LONG)?;
    server.is_stopped()?;
    client.sends(format!("report {MANY}\n"))?;
    client.sends(format!("{}\n", stage.word()).repeat(2000))?;
    client.is_heard()?;
    server.goes_on()?;
    stage.hears_all();
    client.receives_to_the_end(&lines(MANY))?;
    leaves(&server, client)
}

fn goes_on_talking(stage: &Stage) -> Played {
    let (server, client) = connected(stage, LONG)?;
    client.sends(format!("report {MANY}\n"))?;
    stage.hears_all(); // and is not let go meanwhile
    for _ in 0..2 {
        client.sends(stage.word())?;
        client.is_heard()?;
    }
    client.receives_to_the_end(&lines(MANY))?;
    leaves(&server, client)
}

fn the_end_comes(stage: &Stage) -> Played {
    let (_server, client) = connected(stage, LONG)?;
    client.sends(format!("report {MANY}\n"))?;
    client.receives_to_the_end(&lines(MANY))
}

fn leaves_nothing_behind(stage: &Stage) -> Played {
    let (server, first) = connected(stage, LONG)?;
    first.sends("report 1\n")?;
    first.receives("line 1\n")?;
    leaves(&server, first)?;
    let (threads, descriptors) = (server.threads()?, server.descriptors()?);
    for name in ["second client", "third client"] {
        let client = server.connect(name)?;
        client.sends("report 2\n")?;
        client.receives(lines(2))?;
        leaves(&server, client)?;
        server.is_back_to_threads(threads)?;
        server.is_back_to_descriptors(descriptors)?;
    }
    let client = server.connect("client that resets")?;
    client.sends("report 2\n")?;
    client.receives(lines(2))?;
    let lost = format!("[INFO] client {} lost: ", client.address()?);
    client.resets()?;
    server.prints(&lost)?;
    server.is_back_to_threads(threads)
}

fn a_silent_one(stage: &Stage) -> Played {
    let server = stage.start_server(&["--linger", "0.3"])?;
    let threads = server.threads()?;
    let client = server.connect("client")?;
    client.sends("report 2\n")?;
    client.receives(lines(2))?;
    server.prints(&format!("[INFO] client {} let go", client.address()?))?;
    server.is_back_to_threads(threads)
}

fn a_talkative_one(stage: &Stage) -> Played {
    let (server, client) = connected(stage, &["--linger", "1"])?;
    client.sends("report 2\n")?;
    client.receives(lines(2))?;
    stage.be_patient(); // a second, in which the program may well do nothing
    client.sends_until_it_is_cut_off()?;
    server.has_never_printed("has its report")
}

fn speaks_late(stage: &Stage) -> Played {
    const LATE: Duration = Duration::from_millis(1450);
    const TRIES: usize = 4; // once it must be in time, however busy the machine is
    let server = stage.start_server(&["--linger", "1"])?;
    stage.allows_sleeps_of(Duration::from_secs(1));
    for _ in 0..TRIES {
        let client = server.connect("client")?;
        let start = Instant::now();
        client.sends("report 2\n")?;
        client.receives(lines(2))?;
        client.stays_silent_for(Duration::from_millis(600));
        client.sends("thank you\n")?;
        let who = format!("client {}", client.address()?);
        server.prints_next(&who, &format!("[INFO] {who} let go"))?;
        if start.elapsed() < LATE {
            return Ok(());
        }
    }
    let wanted = "your program to let go of it one second after the report";
    Err(Failed::fail(wanted, "it has taken nearly half a second more, or longer, each time"))
}

fn does_not_read(stage: &Stage) -> Played {
    stage.allows_sleeps_of(Duration::from_millis(300));
    let server = stage.start_server(&["--linger", "0.3"])?;
    let client = server.connect_with_small_buffer("client")?;
    client.sends(TOO_MANY)?;
    let line = format!("[INFO] client {} lost: it does not read its report", client.address()?);
    server.prints(&line)?;
    Ok(())
}

fn holds_up_nobody(stage: &Stage) -> Played {
    let (server, silent) = connected(stage, LONG)?;
    silent.sends("report 2\n")?;
    silent.receives(lines(2))?;
    let other = server.connect("second client")?;
    other.sends(TOO_MANY)?;
    let third = server.connect("third client")?;
    let word = stage.word();
    third.sends(format!("{word}\n"))?;
    third.receives("[INFO] server has received your messages\n")?;
    third.closes();
    server.prints("closed the connection")?;
    Ok(())
}

/// A server with these arguments, and its client.
fn connected(stage: &Stage, args: &[&str]) -> Result<(Program, Peer), Failed> {
    let server = stage.start_server(args)?;
    let client = server.connect("client")?;
    Ok((server, client))
}

/// The client closes, and the server says that it has its report.
fn leaves(server: &Program, client: Peer) -> Played {
    let line = format!("[INFO] client {} has its report", client.address()?);
    client.closes();
    server.prints(&line)?;
    Ok(())
}
