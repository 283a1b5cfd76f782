//! 04-full-house: one client too many.
//!
//! The traps: a slot that is given back by a line, which an error or a panic passes by; and a close
//! with bytes unread, which the kernel turns into a reset, so that the refusal may never be read
//! (RFC 9293, section 3.6.1). Who reads on before it closes must neither hold up others nor read
//! for ever.

use std::time::{Duration, Instant};

use super::{MANY_STEPS, closes, is_served, quits, resets};
use crate::{Check, Exercise, Failed, Needs, Peer, Played, Program, Stage};

pub(super) static FULL_HOUSE: Exercise = Exercise {
    name: "04-full-house",
    chapter: "04-threaded-server",
    checks: &[
        Check {
            name: "as many as may are served, and one more is refused",
            points: 1,
            hints: &[
                "Start with --max-clients 1, and connect two. What does your program print of the \
                 second, and what does the second read?",
                "Compare before you count: whoever finds the number at the limit is refused, and \
                 everybody else adds one to it.",
                "A refusal is three things: the line, the words, and the end of the stream. \
                 shutdown(Shutdown::Write) ends your half.",
            ],
            page: "chapter-04.md#a-limit-on-clients",
            deadline: MANY_STEPS,
            needs: Needs::Nothing,
            play: as_many_as_may,
        },
        Check {
            name: "who has spoken before reads the refusal to its end",
            points: 1,
            hints: &[
                "The client had sent something before it was refused. What becomes of that? Watch \
                 with tcpdump: which flag does your kernel send when, F or R?",
                "A close with bytes unread sends a reset. SO_LINGER does not change that, for it \
                 is about what you have sent.",
                "Send the refusal, shut down your sending half, and then read and throw away until \
                 the client has closed.",
            ],
            page: "chapter-04.md#a-refusal-that-arrives",
            deadline: MANY_STEPS,
            needs: Needs::Proc,
            play: who_has_spoken_before,
        },
        Check {
            name: "a refused client may finish what it says, and is let go when it has",
            points: 1,
            hints: &[
                "What came so far is not all that will come. When is it safe to close?",
                "When read returns 0: then the client has closed as well, and nothing can come any \
                 more. A sleep does not know when that is.",
                "Until then, read in a loop, for as long as --linger says.",
            ],
            page: "chapter-04.md#a-refusal-that-arrives",
            deadline: MANY_STEPS,
            needs: Needs::Proc,
            play: a_refused_client_may_finish,
        },
        Check {
            name: "a refused client holds up nobody",
            points: 1,
            hints: &[
                "Which thread waits for the refused client, and what else would that thread have \
                 to do meanwhile?",
                "The thread that accepts must never wait for a client. Waiting is for a thread of \
                 the refused client's own.",
            ],
            page: "chapter-04.md#a-refusal-that-arrives",
            deadline: MANY_STEPS,
            needs: Needs::Nothing,
            play: a_refused_client_holds_up_nobody,
        },
        Check {
            name: "who leaves makes room",
            points: 1,
            hints: &[
                "Clients leave by q, and by closing. Which lines of your program run in each case?",
                "Give the slot back where both ways meet: after the conversation, not in one of \
                 its branches.",
            ],
            page: "chapter-04.md#a-limit-on-clients",
            deadline: MANY_STEPS,
            needs: Needs::Nothing,
            play: who_leaves_makes_room,
        },
        Check {
            name: "who fails makes room",
            points: 1,
            hints: &[
                "A reset makes recv fail, and bytes that are no text make text_of panic. Which \
                 lines of your program run then?",
                "Neither a question mark nor a panic reaches the line behind it. But both drop \
                 what the function owns.",
                "Let the thread own a value whose Drop gives the slot back.",
            ],
            page: "chapter-04.md#a-limit-on-clients",
            deadline: MANY_STEPS,
            needs: Needs::Nothing,
            play: who_fails_makes_room,
        },
        Check {
            name: "refused clients take no room, and make none",
            points: 1,
            hints: &[
                "What does a refused client have while it is there: a slot, a thread, a descriptor, \
                 one of the sixteen places? And what is left of that when it has gone?",
                "A refused client has never taken a slot, and gives none back. Its thread ends, and \
                 its socket is dropped, as soon as it has closed.",
                "Count those that are waited for, by a value whose Drop gives the place back. When \
                 there are sixteen, tell the next one, and drop its socket.",
            ],
            page: "chapter-04.md#a-refusal-that-arrives",
            deadline: MANY_STEPS,
            needs: Needs::Proc,
            play: refused_clients_take_no_room,
        },
        Check {
            name: "a refused client that stays silent is let go in time",
            points: 1,
            hints: &[
                "A refused client may never close. What does your program's read wait for then?",
                "set_read_timeout makes a read fail after a while. When it does, drop the socket \
                 and let the thread end.",
            ],
            page: "waiting.md#three-ways",
            deadline: MANY_STEPS,
            needs: Needs::Proc,
            play: a_silent_one_is_let_go,
        },
        Check {
            name: "a refused client that goes on sending is let go in time",
            points: 1,
            hints: &[
                "A timeout bounds one read. How many reads can there be?",
                "Look at the clock when you refuse, and before each read: what is left of the time \
                 is the timeout of this read.",
            ],
            page: "waiting.md#three-ways",
            deadline: FEW_SECONDS,
            needs: Needs::Nothing,
            play: a_talkative_one_is_let_go,
        },
        Check {
            name: "a refused client that speaks late gains no time",
            points: 1,
            hints: &[
                "With --linger 2, a client is refused, and says something after a second and a half. \
                 How long does your read wait then?",
                "The time began with the refusal. Set the timeout anew before each read, to what is \
                 left of it.",
            ],
            page: "waiting.md#three-ways",
            deadline: MANY_STEPS,
            needs: Needs::Proc,
            play: speaks_late,
        },
    ],
};

/// For a program that has to be done in one. One that never is lasts until then, in the gradebook twice.
const FEW_SECONDS: Duration = Duration::from_secs(5);

const FULL: &str = "[INFO] server is full, try again later";

/// Longer than any check takes: whoever is let go before has closed.
const LONG: &str = "60";

fn as_many_as_may(stage: &Stage) -> Played {
    let most = stage.number(2..5);
    let server = stage.start_server(&["--max-clients", &most.to_string(), "--linger", LONG])?;
    let connect = |number| server.connect(&format!("client {number}"));
    let clients: Vec<Peer> = (1..=most).map(connect).collect::<Result<_, _>>()?;
    clients.iter().try_for_each(|client| is_served(stage, &server, client))?;
    let refused = server.connect("one too many")?;
    is_refused(&server, &refused)?;
    clients.iter().try_for_each(|client| is_served(stage, &server, client))
}

fn who_has_spoken_before(stage: &Stage) -> Played {
    let server = stage.start_server(&["--max-clients", "1", "--linger", LONG])?;
    let served = server.connect("client")?;
    is_served(stage, &server, &served)?;
    // The server finds them both, the client and what it has said.
    server.is_stopped()?;
    let refused = server.connect("one too many")?;
    refused.sends(stage.word().repeat(3000))?;
    refused.is_heard()?;
    server.goes_on()?;
    is_refused(&server, &refused)
}

fn a_refused_client_may_finish(stage: &Stage) -> Played {
    let server = stage.start_server(&["--max-clients", "1", "--linger", LONG])?;
    let served = server.connect("client")?;
    is_served(stage, &server, &served)?;
    let before = server.threads()?;
    let refused = server.connect("one too many")?;
    is_told(&server, &refused)?;
    stage.hears_all(); // and is not let go meanwhile
    is_waited_for(stage, &refused)?;
    refused.closes();
    server.is_back_to_threads(before)
}

fn a_refused_client_holds_up_nobody(stage: &Stage) -> Played {
    let server = stage.start_server(&["--max-clients", "1", "--linger", LONG])?;
    let served = server.connect("client")?;
    is_served(stage, &server, &served)?;
    let silent = server.connect("one too many, silent")?;
    is_told(&server, &silent)?;
    is_served(stage, &server, &served)?;
    let another = server.connect("another too many")?;
    is_told(&server, &another)?;
    is_served(stage, &server, &served)
}

fn who_leaves_makes_room(stage: &Stage) -> Played {
    let server = stage.start_server(&["--max-clients", "2"])?;
    for _ in 0..3 {
        let client = server.connect("client that quits")?;
        is_served(stage, &server, &client)?;
        quits(&server, &client)?;
        let client = server.connect("client that closes")?;
        is_served(stage, &server, &client)?;
        closes(&server, client)?;
    }
    Ok(())
}

fn who_fails_makes_room(stage: &Stage) -> Played {
    let server = stage.start_server(&["--max-clients", "2"])?;
    for _ in 0..3 {
        let client = server.connect("client that resets")?;
        is_served(stage, &server, &client)?;
        resets(&server, client)?;
        let client = server.connect("client that sends no text")?;
        is_served(stage, &server, &client)?;
        client.sends([0xff, 0xfe])?;
        client.receives_the_end()?;
    }
    Ok(())
}

fn refused_clients_take_no_room(stage: &Stage) -> Played {
    let server = stage.start_server(&["--max-clients", "1", "--linger", LONG])?;
    let served = server.connect("client")?;
    is_served(stage, &server, &served)?;
    let before = server.threads()?;
    for name in ["one too many, who closes", "another who closes"] {
        let refused = server.connect(name)?;
        is_told(&server, &refused)?;
        refused.closes();
        server.is_back_to_threads(before)?;
    }
    let stays = server.connect("one too many, who stays")?;
    is_told(&server, &stays)?;
    quits(&server, &served)?;
    is_served(stage, &server, &server.connect("newcomer")?)?;
    a_crowd(stage)
}

/// Many refused clients at once, and another when all of them have gone.
fn a_crowd(stage: &Stage) -> Played {
    /// How many refused clients are waited for at once, as the README has it.
    const MOST: usize = 16;
    let server = stage.start_server(&["--max-clients", "1", "--linger", LONG])?;
    let served = server.connect("client")?;
    is_served(stage, &server, &served)?;
    let (threads, descriptors) = (server.threads()?, server.descriptors()?);
    let mut crowd = refused_crowd(&server, MOST - 1)?;
    let last_place = server.connect("client for the last place")?;
    is_told(&server, &last_place)?;
    stage.hears_all(); // and is not let go meanwhile
    is_waited_for(stage, &last_place)?;
    crowd.push(last_place);
    crowd.extend(refused_crowd(&server, 24)?);
    let more = server.threads()?.saturating_sub(threads);
    if more > MOST {
        let wanted = format!("{MOST} threads for refused clients at the most");
        return Err(Failed::fail(wanted, format!("{more} more threads than before they came")));
    }
    is_served(stage, &server, &served)?;
    drop(crowd);
    stage.tell("all that were refused", "close");
    server.is_back_to_threads(threads)?;
    server.is_back_to_descriptors(descriptors)?;
    let newcomer = server.connect("newcomer")?;
    is_told(&server, &newcomer)?;
    is_waited_for(stage, &newcomer)
}

/// So many clients at once. The first and the last of them are told that the server is full.
fn refused_crowd(server: &Program, count: usize) -> Result<Vec<Peer>, Failed> {
    let crowd = server.connect_many(count)?;
    for client in [crowd.first(), crowd.last()].into_iter().flatten() {
        is_told(server, client)?;
    }
    Ok(crowd)
}

fn a_silent_one_is_let_go(stage: &Stage) -> Played {
    let server = stage.start_server(&["--max-clients", "1", "--linger", "0.3"])?;
    let served = server.connect("client")?;
    is_served(stage, &server, &served)?;
    let threads = server.threads()?;
    let descriptors = server.descriptors()?;
    let silent = server.connect("one too many, silent")?;
    silent.receives(FULL)?;
    server.is_back_to_threads(threads)?;
    server.is_back_to_descriptors(descriptors)
}

fn a_talkative_one_is_let_go(stage: &Stage) -> Played {
    let server = stage.start_server(&["--max-clients", "1", "--linger", "1"])?;
    let served = server.connect("client")?;
    is_served(stage, &server, &served)?;
    let talkative = server.connect("one too many")?;
    talkative.receives(FULL)?;
    stage.be_patient(); // a second, in which the program may well do nothing
    talkative.sends_until_it_is_cut_off()
}

fn speaks_late(stage: &Stage) -> Played {
    const LATE: Duration = Duration::from_millis(1450);
    const TRIES: usize = 4; // once it must be in time, however busy the machine is
    let server = stage.start_server(&["--max-clients", "1", "--linger", "1"])?;
    let served = server.connect("client")?;
    is_served(stage, &server, &served)?;
    let before = server.threads()?;
    stage.allows_sleeps_of(Duration::from_secs(1));
    for _ in 0..TRIES {
        let start = Instant::now();
        let refused = server.connect("one too many")?;
        is_told(&server, &refused)?;
        refused.stays_silent_for(Duration::from_millis(600));
        refused.sends(stage.word())?;
        server.is_back_to_threads(before)?;
        if start.elapsed() < LATE {
            return Ok(());
        }
    }
    let wanted = "your program to let go of it one second after the refusal";
    Err(Failed::fail(wanted, "it has taken nearly half a second more, or longer, each time"))
}

/// The client is told that the server is full, and reads the end of the stream.
fn is_refused(server: &Program, client: &Peer) -> Played {
    is_told(server, client)?;
    client.receives_the_end()
}

/// The client, which was refused, goes on talking, and meets no reset.
fn is_waited_for(stage: &Stage, client: &Peer) -> Played {
    client.sends(stage.word())?;
    client.is_heard()?;
    client.sends(stage.word())
}

/// The client is told that the server is full.
fn is_told(server: &Program, client: &Peer) -> Played {
    server.prints(&format!("[INFO] client {} refused: the server is full", client.address()?))?;
    client.receives(FULL)
}
