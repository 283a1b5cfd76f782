//! 01-wait-your-way: one socket, on which a program looks or waits, as it is told.
//!
//! The trap: whether a call waits is a property of the socket, and outlives the call for which it
//! was set. Who looks without blocking, and leaves it at that, never waits again.

use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Type};

use crate::silence::AT_REST;
use crate::{Check, DEADLINE, DatagramPeer, Exercise, Failed, Needs, Played, Program, Stage};

pub(super) static WAIT_YOUR_WAY: Exercise = Exercise {
    name: "01-wait-your-way",
    chapter: "01-create-socket",
    checks: &[
        Check {
            name: "now answers at once when nothing has come",
            points: 1,
            hints: &[
                "Start your program with --timeout 30, and say now. How long does it take?",
                "A look must not wait at all, whatever the timeout is. Which of the three ways to \
                 wait is that?",
                "set_nonblocking(true) before the look. WouldBlock then means: nothing yet.",
            ],
            page: "chapter-01.md#three-ways-to-wait",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: now_answers_at_once,
        },
        Check {
            name: "wait gives up when the time is over, and not before",
            points: 1,
            hints: &[
                "Say wait, and look at the clock. Is it the time that --timeout asks for?",
                "A timeout is an option of the socket, and recv then fails with WouldBlock when \
                 the time is over.",
                "common::seconds has made a Duration of the flag: hand it to set_read_timeout as \
                 it is.",
            ],
            page: "chapter-01.md#three-ways-to-wait",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: wait_gives_up,
        },
        Check {
            name: "a datagram ends the wait",
            points: 1,
            hints: &[
                "Say wait, and send a datagram from a second terminal. When does your program \
                 print it?",
                "A thread that sleeps by thread::sleep is woken by the clock alone. recv is woken \
                 by a datagram.",
                "Let recv do the waiting: a blocking socket, with a read timeout.",
            ],
            page: "waiting.md#three-ways",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_datagram_ends_the_wait,
        },
        Check {
            name: "wait waits after a now, too",
            points: 2,
            hints: &[
                "Say now, then wait. Does each answer when it should?",
                "set_nonblocking is of the socket, and outlives the call for which it was set. What \
                 is the state of the socket when now has answered?",
                "Put it back: set_nonblocking(false) after the look, whatever it has found.",
            ],
            page: "waiting.md#waiting",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: wait_after_now,
        },
        Check {
            name: "now answers at once after a wait, too",
            points: 1,
            hints: &[
                "Say wait, send a datagram, then say now. Does it answer at once?",
                "Each command has to find the socket in the state that it needs, whatever came \
                 before it.",
            ],
            page: "waiting.md#waiting",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: now_after_wait,
        },
        Check {
            name: "what has come before is there, for both",
            points: 1,
            hints: &[
                "Send three datagrams, then say now, wait, now. Which ones are shown?",
                "The kernel keeps datagrams for a socket until recv takes them, one each time.",
                "One recv for each command, on the one socket; and common::printable for the text.",
            ],
            page: "chapter-01.md#three-ways-to-wait",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: what_has_come_before,
        },
        Check {
            name: "a wait goes on, asleep, until a datagram comes",
            points: 1,
            hints: &[
                "Look at top while your program waits: it should use no CPU at all.",
                "A loop that looks again and again does not wait, with a short sleep in it or \
                 without. A recv that blocks does.",
                "Blocking, and a read timeout of the full time: one call, and the kernel wakes \
                 your program once.",
            ],
            page: "waiting.md#what-a-blocked-thread-costs",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: a_wait_goes_on_asleep,
        },
        Check {
            name: "it is the same socket all the time",
            points: 1,
            hints: &[
                "Say now and wait a few times. Which sockets has your program open then, and can each of \
                 the two words still be said?",
                "Create and bind one socket at 127.0.0.1 before the first command, and hand a \
                 reference to it to both ways.",
            ],
            page: "chapter-01.md#give-it-a-name",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: the_same_socket,
        },
        Check {
            name: "words are waited for, others answered, and the end of the input ends it",
            points: 1,
            hints: &[
                "What does your program do with a word that it does not know? And with Ctrl-D?",
                "A typing error is no reason to end, and the end of the input is no error.",
                "Between two words there is nothing to do: one read of stdin blocks until there is.",
            ],
            page: "common.md#one-way-to-fail",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: other_words_and_the_end,
        },
    ],
};

/// The default of --timeout.
const SECOND: Duration = Duration::from_secs(1);

/// Ten hours: a wait that the time does not end.
const LONG: &str = "36000";

fn now_answers_at_once(stage: &Stage) -> Played {
    const AT_ONCE: Duration = Duration::from_millis(200);
    const TRIES: usize = 10; // once it must be at once, however busy the machine is
    let (program, _) = on_stage(stage, LONG)?;
    let mut quickest = Duration::MAX;
    for number in 1..=TRIES {
        program.waits_for_input()?;
        let start = Instant::now();
        program.types_at_once("now")?;
        program.prints("nothing yet")?;
        quickest = quickest.min(start.elapsed());
        if number >= 2 && quickest < AT_ONCE {
            return Ok(());
        }
    }
    Err(Failed::fail("\"nothing yet\" at once", "it came a fifth of a second later, each time"))
}

fn wait_gives_up(stage: &Stage) -> Played {
    const TIME: Duration = Duration::from_millis(400);
    const LATE: Duration = Duration::from_millis(900);
    const TRIES: usize = 5; // once it must be in time, however busy the machine is
    stage.be_patient(); // the program may sleep for that time, and be right
    let (program, _) = on_stage(stage, "0.4")?;
    let mut quickest = Duration::MAX;
    for number in 1..=TRIES {
        program.waits_for_input()?;
        let start = Instant::now();
        program.types_at_once("wait")?;
        program.prints("nothing in time")?;
        let took = start.elapsed();
        if took < TIME {
            let expected = "\"nothing in time\" after 0.4 s, and not before";
            return Err(Failed::fail(expected, "it came too early"));
        }
        quickest = quickest.min(took);
        if number >= 2 && quickest < LATE {
            return Ok(());
        }
    }
    let expected = "\"nothing in time\" when 0.4 s are over";
    Err(Failed::fail(expected, "it came half a second later, or later still, each time"))
}

fn a_datagram_ends_the_wait(stage: &Stage) -> Played {
    let (program, peer) = on_stage(stage, LONG)?;
    waits_for_a_datagram(stage, &program, &peer)
}

fn wait_after_now(stage: &Stage) -> Played {
    let (program, peer) = on_stage(stage, LONG)?;
    finds_nothing_now(&program)?;
    waits_for_a_datagram(stage, &program, &peer)
}

fn now_after_wait(stage: &Stage) -> Played {
    let (program, peer) = on_stage(stage, LONG)?;
    waits_for_a_datagram(stage, &program, &peer)?;
    finds_nothing_now(&program)
}

fn what_has_come_before(stage: &Stage) -> Played {
    let (program, peer) = on_stage(stage, LONG)?;
    let texts = [stage.word(), stage.word(), format!("{}\n{}", stage.word(), stage.word())];
    for text in &texts {
        peer.sends_to(program.address(), text)?;
    }
    for (command, text) in ["now", "wait", "now"].into_iter().zip(texts) {
        program.types(command)?;
        // A line break is shown as \n, so that no sender can forge a line.
        program.prints(&format!("received: {}", text.escape_default()))?;
    }
    Ok(())
}

fn a_wait_goes_on_asleep(stage: &Stage) -> Played {
    let (program, peer) = on_stage(stage, LONG)?;
    program.types("wait")?;
    program.comes_to_rest()?;
    // With this it is longer than the second that is the default of --timeout.
    thread::sleep(SECOND.saturating_sub(AT_REST) + Duration::from_millis(20));
    receives(stage, &program, &peer)
}

fn the_same_socket(stage: &Stage) -> Played {
    let (program, peer) = on_stage(stage, LONG)?;
    let address = program.address().ip();
    if address != Ipv4Addr::LOCALHOST {
        return Err(Failed::fail("a socket bound to 127.0.0.1", format!("one bound to {address}")));
    }
    let socket = program.has_one_socket(Domain::IPV4, Type::DGRAM)?;
    for command in ["now", "wait"] {
        let word = stage.word();
        peer.sends_to(program.address(), &word)?;
        program.types(command)?;
        program.prints(&format!("received: {word}"))?;
        program.still_has(socket)?;
    }
    Ok(())
}

fn other_words_and_the_end(stage: &Stage) -> Played {
    let (program, _) = on_stage(stage, LONG)?;
    program.comes_to_rest()?; // until there is a word
    for word in [stage.word(), "later".to_owned()] {
        program.types(&word)?;
        program.prints("say now or wait")?;
    }
    program.ends_input();
    program.exits_with(0)
}

/// The program, with this timeout, and somebody who can send it datagrams.
fn on_stage(stage: &Stage, timeout: &str) -> Result<(Program, DatagramPeer), Failed> {
    let program = stage.start_server(&["--timeout", timeout])?;
    Ok((program, stage.datagram_peer("peer")?))
}

fn finds_nothing_now(program: &Program) -> Played {
    program.types("now")?;
    program.prints("nothing yet").map(drop)
}

/// The program is told to wait, and while it does, a datagram comes.
fn waits_for_a_datagram(stage: &Stage, program: &Program, peer: &DatagramPeer) -> Played {
    program.types("wait")?;
    receives(stage, program, peer)
}

fn receives(stage: &Stage, program: &Program, peer: &DatagramPeer) -> Played {
    let word = stage.word();
    peer.sends_to(program.address(), &word)?;
    program.prints(&format!("received: {word}")).map(drop)
}
