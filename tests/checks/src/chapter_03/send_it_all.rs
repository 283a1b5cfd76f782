//! 03-send-it-all: a message of any length, sent to its last byte, and the whole reply.
//!
//! The trap: `send` says how much it has taken, and that may be a part. On a socket that blocks it
//! is one only now and then: a signal ends a send that waits (signal(7)), or its timeout does
//! (socket(7)). Both are made to happen here.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::{
    Check, DEADLINE, Exercise, Failed, Listener, Needs, Peer, Played, Program, Stage, Verdict,
};

pub(super) static SEND_IT_ALL: Exercise = Exercise {
    name: "03-send-it-all",
    chapter: "03-client",
    checks: &[
        Check {
            name: "a message is sent, and the reply printed",
            points: 1,
            hints: &[
                "The server replies when it has read everything. How can it know that nothing \
                 follows?",
                "Each direction of a connection is closed by itself. Close the one that you have \
                 finished with, and go on reading from the other.",
                "After the last send: server.shutdown(Shutdown::Write). A socket that is dropped, \
                 or shut down in both directions, gets no reply.",
            ],
            page: "chapter-03.md#close-one-half",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_message_and_its_reply,
        },
        Check {
            name: "nothing is lost when it is stopped and continued",
            points: 2,
            hints: &[
                "send returns a number. What is it, and what do you do with it?",
                "Print the number, and send 16 MB to a server that does not read. Then press \
                 Ctrl-Z in your client, and continue it with fg.",
                "send has taken a part, and says how much. Send the rest, from there on, until \
                 nothing is left. If it has taken nothing yet, it fails with Interrupted, and \
                 wants to be called again. write_all does both.",
            ],
            page: "beliefs.md#what-send-returns",
            deadline: MUCH,
            needs: Needs::Proc,
            play: stopped_and_continued,
        },
        Check {
            name: "a slow server is waited for",
            points: 1,
            hints: &[
                "This server is never silent for longer than the timeout. Does your program know?",
                "The timeout ends a send that waits, and what has been taken by then is taken: \
                 send returns its number, and no error.",
                "A part is no failure: send the rest. An error with the kind WouldBlock says that \
                 nothing at all was taken in that time.",
            ],
            page: "beliefs.md#what-send-returns",
            deadline: MUCH,
            needs: Needs::Nothing,
            play: a_slow_server,
        },
        Check {
            name: "a reply in three pieces is one reply",
            points: 1,
            hints: &[
                "What has one recv returned, if the server sends its reply in pieces?",
                "Read until recv returns 0: that is the end of the reply. Nothing else is, neither \
                 a newline nor a pause. read_to_end does that.",
            ],
            page: "chapter-03.md#ask-send-receive",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_reply_in_pieces,
        },
        Check {
            name: "a long reply is printed byte for byte",
            points: 1,
            hints: &[
                "This reply has 100000 bytes, and they are no text. What has become of them?",
                "Keep bytes as bytes: a Vec<u8>, and write_all to stdout. No String, no lines.",
            ],
            page: "bytes-and-text.md#bytes-that-are-no-text",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_long_reply,
        },
        Check {
            name: "an empty input is sent, an empty reply is printed",
            points: 1,
            hints: &[
                "With nothing to send there is still something to say. What does the server wait \
                 for?",
                "Connect, close your sending half, and read to the end, whatever the input was. A \
                 reply of no bytes is a reply: exit status 0.",
            ],
            page: "bytes-and-text.md#nothing-is-no-message",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: nothing_to_say,
        },
        Check {
            name: "a server that never reads is given up",
            points: 1,
            hints: &[
                "In which call does your program wait, when the server does not read?",
                "Bound send as well as recv (set_write_timeout), and let run return its failure: \
                 exit status 1 comes from that.",
            ],
            page: "waiting.md#which-calls-block-and-on-what",
            deadline: MUCH,
            needs: Needs::Nothing,
            play: a_server_that_never_reads,
        },
        Check {
            name: "a server that never replies is given up",
            points: 1,
            hints: &[
                "In which call does your program wait, when the server does not reply?",
                "A recv that fails is not the end of the reply. Let run return its failure: exit \
                 status 1 comes from that.",
            ],
            page: "chapter-03.md#what-can-go-wrong",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_server_that_never_replies,
        },
        Check {
            name: "a reset is not the end of a reply",
            points: 1,
            hints: &[
                "How does your program tell a reply that is whole from one that breaks off?",
                "recv returns 0 at the end of the stream, and fails with ConnectionReset after a \
                 reset. Only the first is a whole reply.",
            ],
            page: "chapter-03.md#what-can-go-wrong",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_reset,
        },
    ],
};

/// In bytes; more than the buffers on both sides hold together, where nobody has made them larger than
/// they come.
const LARGE: usize = 16 << 20;

/// The deadline of checks that send so much, which on a crowded machine takes long.
const MUCH: Duration = Duration::from_secs(30);

/// In seconds. A program that waits this long and then does something is never taken to be at rest.
const SHORT: &str = "0.3";

fn a_message_and_its_reply(stage: &Stage) -> Played {
    let message = format!("{}\n\n{}\n", stage.word(), stage.word());
    is_told_and_replies(stage, message.as_bytes(), stage.word().as_bytes())
}

fn stopped_and_continued(stage: &Stage) -> Played {
    let message = stage.bytes(LARGE);
    let server = stage.listen("server", 5)?;
    // A send with a timeout is not begun again by the kernel (signal(7)).
    let client = stage.start(&["--port", &server.port(), "--timeout", "60"])?;
    client.is_fed(message);
    let peer = server.accepts()?;
    // The first time a send has taken a part. Later, when all buffers are full, the next one has taken
    // nothing yet; on a crowded machine they take a while to fill.
    client.is_stopped_again_and_again(4)?;
    peer.receives_all(message)?;
    replies(peer, &client, stage.word().as_bytes())
}

/// Played with a short timeout first, so that nobody has to wait for long. On a busy machine a pause of
/// ours may outlast it; then a failure proves nothing, and it is played again with a longer one.
fn a_slow_server(stage: &Stage) -> Played {
    let reply = stage.word();
    let message = stage.bytes(LARGE);
    let [short, longer, longest] = [600, 2000, 6000].map(Duration::from_millis);
    for limit in [short, longer] {
        let pauses = Pauses::begin();
        match is_served_slowly(stage, message, &reply, limit, &pauses) {
            Err(failed) if failed.verdict == Verdict::Fail && pauses.longest() >= limit => {
                stage.begins_again();
            }
            played => return played,
        }
    }
    is_served_slowly(stage, message, &reply, longest, &Pauses::begin())
}

/// The server takes a part now and then, always well within the timeout. All pauses together are much
/// longer than that, and so it ends a send that waits for room. (What counts for that is the time in
/// which the send waits, and not the one in which it waits for a core.)
fn is_served_slowly(
    stage: &Stage,
    message: &'static [u8],
    reply: &str,
    limit: Duration,
    pauses: &Pauses,
) -> Played {
    const PART: usize = 2 << 20; // frees much of the client's send buffer
    let (pause, last_pause) = (limit * 2 / 5, limit / 2);
    stage.allows_sleeps_of(limit);
    let server = stage.listen_with_buffer("server", 200 << 10)?;
    let seconds = limit.as_secs_f64().to_string();
    let client = stage.start(&["--port", &server.port(), "--timeout", &seconds])?;
    client.is_fed(message);
    let peer = server.accepts()?;
    for _ in 0..3 {
        pauses.one_ends();
        peer.reads_nothing_for(pause);
        pauses.one_ends();
        peer.takes_a_part(message, PART)?;
    }
    pauses.one_ends();
    peer.reads_nothing_for(last_pause);
    pauses.one_ends();
    peer.receives_all(message)?;
    pauses.one_ends();
    peer.sends(reply)?;
    peer.has_finished();
    pauses.one_ends();
    client.exits_with(0)?;
    client.has_written(reply.as_bytes())
}

/// How long the pauses are in which a server neither takes nor sends anything.
struct Pauses {
    last: Cell<Instant>,
    longest: Cell<Duration>,
}

impl Pauses {
    fn begin() -> Self {
        Self { last: Cell::new(Instant::now()), longest: Cell::default() }
    }

    /// One ends, and the next begins.
    fn one_ends(&self) {
        self.longest.set(self.longest().max(self.last.get().elapsed()));
        self.last.set(Instant::now());
    }

    /// The longest of those that have ended. A wait for bytes that do not come is no pause of ours.
    fn longest(&self) -> Duration {
        self.longest.get()
    }
}

fn a_reply_in_pieces(stage: &Stage) -> Played {
    let (_, client, peer) = a_word_is_sent(stage, &[])?;
    let pieces = [stage.word() + "\n", stage.word(), stage.word() + "\n"];
    for piece in &pieces {
        peer.sends(piece)?;
    }
    peer.has_finished();
    client.exits_with(0)?;
    client.has_written(pieces.concat().as_bytes())
}

fn a_long_reply(stage: &Stage) -> Played {
    let (_, client, peer) = a_word_is_sent(stage, &[])?;
    replies(peer, &client, stage.bytes(100_000))
}

fn nothing_to_say(stage: &Stage) -> Played {
    is_told_and_replies(stage, b"", stage.word().as_bytes())?;
    is_told_and_replies(stage, stage.word().as_bytes(), b"")
}

fn a_server_that_never_reads(stage: &Stage) -> Played {
    let server = stage.listen_with_small_buffer("server")?;
    let message = stage.bytes(LARGE);
    let client = stage.start(&["--port", &server.port(), "--timeout", SHORT])?;
    client.is_fed(message);
    let _peer = server.accepts()?;
    client.exits_with(1)?;
    client.has_complained(&format!("error: {} has not read our message in 300ms", server.address()))
}

fn a_server_that_never_replies(stage: &Stage) -> Played {
    let begins = stage.word();
    for reply in [b"", begins.as_bytes()] {
        let (server, client, peer) = a_word_is_sent(stage, &["--timeout", SHORT])?;
        if !reply.is_empty() {
            peer.sends(reply)?;
        }
        client.exits_with(1)?;
        client.has_complained(&format!("error: {} has not replied in 300ms", server.address()))?;
    }
    Ok(())
}

fn a_reset(stage: &Stage) -> Played {
    let (server, client, peer) = a_word_is_sent(stage, &[])?;
    peer.sends(stage.word())?;
    peer.resets()?;
    client.exits_with(1)?;
    client.has_complained(&format!(
        "error: lost the connection to {}: connection reset by the peer",
        server.address()
    ))
}

/// A server, a client with these arguments, and the server's end of their connection, from which a
/// word has been received. Whether the client has closed its half is for other checks to find out.
fn a_word_is_sent(stage: &Stage, args: &[&str]) -> Result<(Listener, Program, Peer), Failed> {
    let server = stage.listen("server", 5)?;
    let client = stage.start(&[&["--port", &server.port()], args].concat())?;
    let word = stage.word();
    client.is_fed(word.clone().into_bytes());
    let peer = server.accepts()?;
    peer.receives(&word)?;
    Ok((server, client, peer))
}

/// A client with this input, and a server that reads it to its end, replies and closes.
fn is_told_and_replies(stage: &Stage, message: &[u8], reply: &[u8]) -> Played {
    let server = stage.listen("server", 5)?;
    let client = stage.start(&["--port", &server.port()])?;
    client.is_fed(message.to_vec());
    let peer = server.accepts()?;
    peer.receives_to_the_end(message)?;
    replies(peer, &client, reply)
}

fn replies(peer: Peer, client: &Program, reply: &[u8]) -> Played {
    if !reply.is_empty() {
        peer.sends(reply)?;
    }
    peer.has_finished();
    client.exits_with(0)?;
    client.has_written(reply)
}
