//! 04-one-bad-client: a client that makes its thread panic.
//!
//! The trap: a panic ends one thread, but a lock that this thread holds is poisoned, and whoever
//! unwraps it afterwards panics as well. Then one client has ended all others.

use std::cell::Cell;

use super::{closes, quits, resets};
use crate::{Check, DEADLINE, Exercise, Failed, Needs, Peer, Played, Program, Stage};

pub(super) static ONE_BAD_CLIENT: Exercise = Exercise {
    name: "04-one-bad-client",
    chapter: "04-threaded-server",
    checks: &[
        Check {
            name: "all clients add to one total",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "One total, in an Arc<Mutex<u64>>, and a thread for each client that nobody waits \
                 for.",
            ],
            page: "chapter-04.md#accept-hand-over-accept",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: one_total,
        },
        Check {
            name: "who makes its thread panic loses its connection, and a line says so",
            points: 2,
            hints: &[
                "A panic ends its thread, and the message on stderr is Rust's, not yours. How does \
                 chapter 04 get a line of its own?",
                "catch_unwind runs a closure and returns an error if it has panicked. Print the \
                 line there, and let the thread end.",
                "The connection is closed when its socket is dropped. The thread owns the socket, \
                 so nothing that outlives the thread may have it.",
            ],
            page: "chapter-04.md#a-thread-owns-its-client",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: who_panics_is_lost,
        },
        Check {
            name: "those who are connected are served on",
            points: 2,
            hints: &[
                "Send a word from one client, then a number from another, and read your program's \
                 stderr. Who panics, and where?",
                "A thread that panics while it holds a Mutex poisons it: lock returns an error to \
                 everybody from then on.",
                "Call amount before you lock the total, so that nothing can panic while it is \
                 locked.",
            ],
            page: "chapter-04.md#a-thread-owns-its-client",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: others_are_served_on,
        },
        Check {
            name: "newcomers are served",
            points: 1,
            hints: &[
                "Three clients have made their threads panic. What does the thread that accepts \
                 know of that, and what does it do about it?",
                "A thread's panic comes out of join as an error. Do not unwrap it in the thread \
                 that accepts; better, do not join.",
            ],
            page: "chapter-04.md#accept-hand-over-accept",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: newcomers_are_served,
        },
        Check {
            name: "what has been counted stays counted, once",
            points: 1,
            hints: &[
                "A client has paid before it makes its thread panic. What is the total then?",
                "The total was right when the reply went out, and no panic makes it wrong \
                 afterwards. Leave it alone.",
            ],
            page: "chapter-04.md#a-thread-owns-its-client",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: what_counts_stays,
        },
        Check {
            name: "a reset costs the connection that was reset, and nothing else",
            points: 1,
            hints: &[
                "After a reset, calls on that connection fail: recv, send, and getpeername, too. \
                 What does your program do with each error?",
                "Errors of a client's connection end in that client's thread, with a line. None of \
                 them may reach main by a question mark, or end the process.",
                "A connection can be reset before accept returns it. Then only accept itself can \
                 say who it was; peer_addr fails.",
            ],
            page: "errors.md#econnreset",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: who_resets,
        },
        Check {
            name: "bytes that are no text are answered",
            points: 1,
            hints: &[
                "What does your program make of two bytes of 255? Try: printf '\\377\\377' | nc -N \
                 127.0.0.1 6666",
                "std::str::from_utf8 tells text from other bytes, and returns an error. \
                 from_utf8_lossy makes text of anything.",
                "Where it is an error, send \"that is no text\", and go on with the next message.",
            ],
            page: "bytes-and-text.md#bytes-that-are-no-text",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: bytes_that_are_no_text,
        },
        Check {
            name: "who leaves in order is not lost",
            points: 1,
            hints: &[
                "A client connects and closes, and a client pays and closes. Which lines does your \
                 program print?",
                "read returns 0 at the end of the stream. That is no message, so it is nothing for \
                 amount.",
            ],
            page: "chapter-02.md#until-the-client-leaves",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: who_leaves_in_order,
        },
    ],
};

fn one_total(stage: &Stage) -> Played {
    let till = Till::open(stage)?;
    let first = till.server.connect("first client")?;
    let second = till.server.connect("second client")?;
    for client in [&first, &second, &first, &second] {
        till.is_paid_by(client)?;
    }
    quits(&till.server, &second)?;
    till.is_paid_by(&first)
}

fn who_panics_is_lost(stage: &Stage) -> Played {
    let till = Till::open(stage)?;
    let bad = till.server.connect("bad client")?;
    bad.sends(stage.word())?;
    let line = format!("[INFO] client {} lost: its thread has panicked", bad.address()?);
    till.server.prints(&line)?;
    bad.receives_the_end()
}

fn others_are_served_on(stage: &Stage) -> Played {
    let till = Till::open(stage)?;
    let good = till.server.connect("good client")?;
    till.is_paid_by(&good)?;
    let bad = till.server.connect("bad client")?;
    till.is_sent_nonsense_by(&bad)?;
    till.is_paid_by(&good)?;
    till.is_paid_by(&good)
}

fn newcomers_are_served(stage: &Stage) -> Played {
    let till = Till::open(stage)?;
    let good = till.server.connect("good client")?;
    till.is_paid_by(&good)?;
    quits(&till.server, &good)?;
    for name in ["first bad client", "second bad client", "third bad client"] {
        let bad = till.server.connect(name)?;
        till.is_sent_nonsense_by(&bad)?;
    }
    let newcomer = till.server.connect("newcomer")?;
    till.is_paid_by(&newcomer)
}

fn what_counts_stays(stage: &Stage) -> Played {
    let till = Till::open(stage)?;
    let good = till.server.connect("good client")?;
    till.is_paid_by(&good)?;
    let bad = till.server.connect("bad client")?;
    till.is_paid_by(&bad)?;
    till.is_sent_nonsense_by(&bad)?;
    till.is_paid_by(&good)
}

fn who_resets(stage: &Stage) -> Played {
    let till = Till::open(stage)?;
    let good = till.server.connect("good client")?;
    let bad = till.server.connect("client that resets")?;
    till.is_paid_by(&bad)?;
    resets(&till.server, bad)?;
    till.is_paid_by(&good)?;
    // The server gets to see the next one when all is over.
    till.server.is_stopped()?;
    let hasty = till.server.connect("hasty client")?;
    till.is_sent_an_amount_by(&hasty)?;
    hasty.is_heard()?;
    let line = format!("[INFO] client {} lost: ", hasty.address()?);
    hasty.resets()?;
    till.server.goes_on()?;
    till.server.prints(&line)?;
    till.is_paid_by(&good)?;
    till.is_paid_by(&till.server.connect("newcomer")?)
}

fn bytes_that_are_no_text(stage: &Stage) -> Played {
    let till = Till::open(stage)?;
    let client = till.server.connect("client")?;
    till.is_paid_by(&client)?;
    client.sends([0xff, 0xfe])?;
    client.receives("that is no text")?;
    till.is_paid_by(&client)
}

fn who_leaves_in_order(stage: &Stage) -> Played {
    let till = Till::open(stage)?;
    closes(&till.server, till.server.connect("client that says nothing")?)?;
    let client = till.server.connect("client")?;
    till.is_paid_by(&client)?;
    closes(&till.server, client)
}

/// The server, and what its total should be.
struct Till<'a> {
    stage: &'a Stage,
    server: Program,
    total: Cell<usize>,
}

impl<'a> Till<'a> {
    fn open(stage: &'a Stage) -> Result<Self, Failed> {
        Ok(Self { stage, server: stage.start_server(&[])?, total: Cell::new(0) })
    }

    /// The client sends an amount, and receives the total.
    fn is_paid_by(&self, client: &Peer) -> Played {
        self.is_sent_an_amount_by(client)?;
        client.receives(format!("total: {}", self.total.get()))
    }

    /// The client sends a word, and the server has it in hand.
    fn is_sent_nonsense_by(&self, client: &Peer) -> Played {
        let word = self.stage.word();
        client.sends(&word)?;
        self.server.prints(&format!("[INFO] received from {}: {word}", client.address()?))?;
        Ok(())
    }

    fn is_sent_an_amount_by(&self, client: &Peer) -> Played {
        let amount = self.stage.number(1..1000);
        self.total.update(|total| total + amount);
        client.sends(amount.to_string())
    }
}
