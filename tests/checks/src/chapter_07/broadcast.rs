//! 07-broadcast: what one says, all others hear.
//!
//! The trap: one order for all takes one lock, from the first of the others to the last, and a line
//! is whole only if it is one write. And whoever cannot be told is no reason to stop telling.

use std::collections::HashSet;

use crate::{Check, DEADLINE, Exercise, Failed, Needs, Peer, Played, Program, Stage};

pub(super) static BROADCAST: Exercise = Exercise {
    name: "07-broadcast",
    chapter: "07-chat-room",
    checks: &[
        Check {
            name: "all others hear a line",
            points: 1,
            hints: &[
                "The thread of one client has received a line. How does it come to the sockets of \
                 the others? (The server prints it, too, as before.)",
                "They need a place that all threads share: a list of clients, in a Mutex, in an Arc.",
                "A client's thread puts its socket in when it begins. socket2's Socket can be read by \
                 one thread and written by others: put it into an Arc, too.",
            ],
            page: "chapter-07.md#one-lock-one-order",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: all_others_hear,
        },
        Check {
            name: "what is said drives no terminal",
            points: 1,
            hints: &[
                "What one types lands on everybody's terminal. What do some bytes do there?",
                "printable makes a line harmless. The others are to get what it returns, as the \
                 server's own output does.",
            ],
            page: "chapter-07.md#text-from-strangers",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: drives_no_terminal,
        },
        Check {
            name: "nobody hears itself",
            points: 1,
            hints: &[
                "The client has its line on its screen already.",
                "In the list, keep with each socket whose it is, and pass over that one.",
            ],
            page: "chapter-07.md#one-lock-one-order",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: nobody_hears_itself,
        },
        Check {
            name: "coming and going is told",
            points: 1,
            hints: &[
                "In how many ways can a client leave, and what does read return in each of them?",
                "0 at the end of the stream, an error after a reset. Both are the same to those who \
                 stay.",
            ],
            page: "chapter-07.md#the-rules",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: coming_and_going,
        },
        Check {
            name: "a newcomer hears what is said from then on",
            points: 1,
            hints: &[
                "What was said before a client has come is none of its business, nor is that it has \
                 come itself.",
                "Tell the others, then put it into the list, both under one lock.",
            ],
            page: "chapter-07.md#names-and-the-moment-between",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: a_newcomer,
        },
        Check {
            name: "lines in pieces, and many at once",
            points: 1,
            hints: &[
                "One read is not one line. What does your program do with half a line, and with two?",
                "The starter's read_until waits for the newline. At the end of the stream it returns \
                 what has come without one: that is half a line, and is not said.",
            ],
            page: "chapter-06.md#bytes-in-frames-out",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: in_pieces,
        },
        Check {
            name: "lines of two never mix",
            points: 1,
            hints: &[
                "Two threads write to the same socket. What may come between two writes of one of \
                 them?",
                "A write of the other. So make one piece of a line, with its name and its newline, \
                 before you write it.",
                "format! makes the piece, and one write_all sends it. write! on a socket makes many.",
            ],
            page: "chapter-07.md#one-lock-one-order",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: never_mix,
        },
        Check {
            name: "all hear one order",
            points: 1,
            hints: &[
                "Two speak at the same moment. Your program has told the first line to one client. \
                 What can happen before it tells the next?",
                "The other thread can tell its line to that one first. Hold one lock until everyone \
                 has been told.",
                "To copy the list, let go of the lock, and then write, is not enough: the writes have \
                 to be under the lock as well.",
            ],
            page: "chapter-07.md#one-lock-one-order",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: one_order,
        },
        Check {
            name: "one that has vanished is no trouble for others",
            points: 1,
            hints: &[
                "A write fails because that client has gone. Whose trouble is it?",
                "Neither the speaker's nor that of those who come later in the list: go on with the \
                 next one. The thread of the client that has gone finds out by itself.",
            ],
            page: "chapter-07.md#one-lock-one-order",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: one_has_vanished,
        },
        Check {
            name: "who has left leaves nothing behind",
            points: 1,
            hints: &[
                "A socket is closed when its last owner is dropped. Who still has one?",
                "Take the client out of the list when it leaves, in whatever way.",
            ],
            page: "chapter-07.md#one-lock-one-order",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: leaves_nothing_behind,
        },
    ],
};

/// So many lines of each of two speakers that their threads meet again and again.
const MANY: usize = 3000;

fn all_others_hear(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let mut others = come(&server, &["speaker", "second client", "third client", "fourth client"])?;
    let speaker = others.remove(0);
    for _ in 0..3 {
        let word = says_a_word(stage, &speaker, &others)?;
        server.prints(&format!("[{}] {word}", speaker.address()?))?;
    }
    Ok(())
}

fn drives_no_terminal(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let mut others = come(&server, &["speaker", "second client"])?;
    let speaker = others.remove(0);
    let word = stage.word();
    speaker.sends(format!("{word}\x1b[2J\n"))?;
    all_hear(&others, &said(&speaker, &format!("{word}\\u{{1b}}[2J"))?)
}

fn nobody_hears_itself(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let mut others = come(&server, &["speaker", "second client"])?;
    let speaker = others.remove(0);
    says_a_word(stage, &speaker, &others)?;
    speaker.receives_nothing()
}

fn coming_and_going(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let here = come(&server, &["client that stays"])?;
    for name in ["client that closes", "client that half-closes", "client that resets"] {
        let client = server.connect(name)?;
        client.tells_its_address()?;
        all_hear(&here, &has_come(&client)?)?;
        let (left, line) = (has_left(&client)?, format!("client {} has left", client.address()?));
        match name {
            "client that closes" => client.closes(),
            "client that resets" => client.resets()?,
            _ => client.closes_its_sending_half(),
        }
        all_hear(&here, &left)?;
        server.prints(&line)?;
    }
    Ok(())
}

fn a_newcomer(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let mut others = come(&server, &["speaker", "second client"])?;
    let speaker = others.remove(0);
    says_a_word(stage, &speaker, &others)?;
    let newcomer = server.connect("newcomer")?;
    newcomer.tells_its_address()?;
    all_hear(&others, &has_come(&newcomer)?)?;
    newcomer.receives_nothing()?;
    others.push(newcomer);
    says_a_word(stage, &speaker, &others).map(drop)
}

fn in_pieces(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let mut others = come(&server, &["speaker", "second client"])?;
    let speaker = others.remove(0);
    let [one, two, three] = [stage.word(), stage.word(), stage.word()];
    let (head, tail) = one.split_at(one.len() / 2);
    speaker.sends(head)?;
    server.waits_for_input()?;
    speaker.sends(format!("{tail}\n{two}\n\n{three}"))?;
    for line in [&one, &two, ""] {
        all_hear(&others, &said(&speaker, line)?)?;
    }
    speaker.sends("\n")?;
    all_hear(&others, &said(&speaker, &three)?)?;
    speaker.sends("half a li")?;
    let left = has_left(&speaker)?;
    speaker.closes();
    all_hear(&others, &left)
}

/// The lines of one and of the other.
type OfBoth = [Vec<String>; 2];

/// Two speak at once, and two listen. What the listeners hear, and what was said.
fn two_speak(stage: &Stage) -> Result<(OfBoth, OfBoth), Failed> {
    let server = stage.start_server(&[])?;
    let names = ["first speaker", "second speaker", "first listener", "second listener"];
    let clients = come(&server, &names)?;
    let [first, second, listener, other] = &clients[..] else { unreachable!("four have come") };
    let lines = [many_lines(stage, MANY), many_lines(stage, MANY)];
    server.is_stopped()?; // so that both have much to say when it goes on
    says_all(first, &lines[0])?;
    says_all(second, &lines[1])?;
    server.goes_on()?;
    let heard = Peer::both_get_lines([listener, other], 2 * MANY, &[first, second])?;
    stage.tell("both listeners", format_args!("hear {} lines", 2 * MANY));
    let whole = |speaker: &Peer, lines: &[String]| -> Result<Vec<String>, Failed> {
        let name = speaker.address()?;
        Ok(lines.iter().map(|line| format!("[{name}] {line}")).collect())
    };
    Ok((heard, [whole(first, &lines[0])?, whole(second, &lines[1])?]))
}

fn never_mix(stage: &Stage) -> Played {
    let ([heard, _], [first, second]) = two_speak(stage)?;
    let all: HashSet<_> = first.iter().chain(&second).collect();
    match heard.iter().all(|line| all.contains(line)) {
        true => Ok(()),
        false => Err(Failed::fail(
            "the first listener to hear whole lines, such as the speakers have said",
            "lines that nobody has said: made of pieces, or of several lines",
        )),
    }
}

fn one_order(stage: &Stage) -> Played {
    let ([heard, by_other], said) = two_speak(stage)?;
    for lines in &said {
        let of_one: Vec<_> = heard.iter().filter(|line| lines.contains(line)).collect();
        if of_one != lines.iter().collect::<Vec<_>>() {
            let wanted = "the lines of one speaker in the order in which they were said";
            return Err(Failed::fail(wanted, "another order"));
        }
    }
    match heard == by_other {
        true => Ok(()),
        false => Err(Failed::fail(
            "both listeners to hear the same lines in the same order",
            "one order for the first listener, and another one for the second",
        )),
    }
}

fn one_has_vanished(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let names =
        ["speaker", "second client", "first that vanishes", "second that vanishes", "last client"];
    let mut clients = come(&server, &names)?;
    let vanish = [clients.remove(2), clients.remove(2)];
    let [speaker, second, last] = &clients[..] else { unreachable!("three have stayed") };
    let left = vanish.iter().map(has_left).collect::<Result<Vec<_>, _>>()?;
    // Whichever of the two is found out first, the other has vanished, too, and cannot be told. Those
    // that are told before it and behind it are to hear of both.
    server.is_stopped()?;
    vanish.into_iter().try_for_each(Peer::resets)?;
    server.goes_on()?;
    for (listener, who) in [(second, "second client"), (last, "last client")] {
        let wanted = format!("{who} to hear that both have left");
        let heard = listener.gets_lines_until(&wanted, |heard| heard.len() == left.len())?;
        if !left.iter().all(|line| heard.iter().any(|heard| heard == line.trim_end())) {
            return Err(Failed::fail(wanted, "other lines"));
        }
        stage.tell(who, "hears that both have left");
    }
    says_a_word(stage, speaker, &clients[1..]).map(drop)
}

fn leaves_nothing_behind(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let here = come(&server, &["client that stays"])?;
    let (threads, descriptors) = (server.threads()?, server.descriptors()?);
    for name in ["client that closes", "client that resets"] {
        let client = server.connect(name)?;
        all_hear(&here, &has_come(&client)?)?;
        let left = has_left(&client)?;
        match name {
            "client that closes" => client.closes(),
            _ => client.resets()?,
        }
        all_hear(&here, &left)?;
        server.is_back_to_threads(threads)?;
        server.is_back_to_descriptors(descriptors)?;
    }
    Ok(())
}

/// Clients of these names, one after the other. Each has heard of those that came after it.
fn come(server: &Program, names: &[&str]) -> Result<Vec<Peer>, Failed> {
    let mut here: Vec<Peer> = Vec::new();
    for name in names {
        let client = server.connect(name)?;
        client.tells_its_address()?;
        all_hear(&here, &has_come(&client)?)?;
        here.push(client);
    }
    Ok(here)
}

/// One says a word, and these hear it. Returns it.
fn says_a_word(stage: &Stage, speaker: &Peer, others: &[Peer]) -> Result<String, Failed> {
    let word = stage.word();
    speaker.sends(format!("{word}\n"))?;
    all_hear(others, &said(speaker, &word)?)?;
    Ok(word)
}

fn all_hear(clients: &[Peer], line: &str) -> Played {
    clients.iter().try_for_each(|client| client.receives(line))
}

/// What the others hear of a line.
fn said(speaker: &Peer, line: &str) -> Result<String, Failed> {
    Ok(format!("[{}] {line}\n", speaker.address()?))
}

fn has_come(client: &Peer) -> Result<String, Failed> {
    Ok(format!("* {} has come\n", client.address()?))
}

fn has_left(client: &Peer) -> Result<String, Failed> {
    Ok(format!("* {} has left\n", client.address()?))
}

/// Lines that nobody else says, with their newlines.
fn many_lines(stage: &Stage, count: usize) -> Vec<String> {
    let word = stage.word();
    (1..=count).map(|number| format!("{word} {number}")).collect()
}

/// So many lines, one after the other, in as few writes as it takes.
fn says_all(speaker: &Peer, lines: &[String]) -> Played {
    speaker.sends(lines.iter().map(|line| format!("{line}\n")).collect::<String>())
}
