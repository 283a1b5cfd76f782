//! 06-frames: one line, one message.
//!
//! The trap: `recv` returns as many bytes as have come, and a line is as long as its author likes.
//! What is left of one read has to stand in front of the next.

use crate::{Check, DEADLINE, Exercise, Failed, Needs, Peer, Played, Program, Stage};

pub(super) static FRAMES: Exercise = Exercise {
    name: "06-frames",
    chapter: "06-framing",
    checks: &[
        Check {
            name: "a line is answered, as before",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "The newline ends the message and is no part of it. All else is: blanks, and a \
                 carriage return. The reply ends with a newline, too.",
            ],
            page: "chapter-06.md#two-kinds-of-frames",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_line,
        },
        Check {
            name: "a line in pieces is one message",
            points: 2,
            hints: &[
                "What does your program know about a line when recv has returned its first half?",
                "Keep what has come until there is a newline in it, and only then print and \
                 answer.",
                "A Vec<u8> that lives as long as the conversation: put what recv returns behind \
                 what is there, then look for a newline.",
            ],
            page: "chapter-06.md#bytes-in-frames-out",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: in_pieces,
        },
        Check {
            name: "lines that come together are as many messages",
            points: 1,
            hints: &[
                "How many newlines can there be in what one recv returns?",
                "Take lines out of what has come until there is none left, and only then call \
                 recv again.",
            ],
            page: "chapter-06.md#frames-from-a-socket",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: together,
        },
        Check {
            name: "what stands behind a line is kept for the next",
            points: 1,
            hints: &[
                "A recv has returned a whole line and the beginning of another. Where does your \
                 program put that beginning?",
                "Take the line out, and leave the rest where the next recv adds to it. A BufReader \
                 that is made anew for each line loses what it has read ahead.",
            ],
            page: "chapter-06.md#bytes-in-frames-out",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: what_stands_behind,
        },
        Check {
            name: "an empty line is a message",
            points: 1,
            hints: &[
                "Press Enter in nc. What does your program receive, and what does it make of it?",
                "A newline alone ends a message of no bytes. It is printed and answered like any \
                 other.",
            ],
            page: "chapter-06.md#what-you-see",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: an_empty_line,
        },
        Check {
            name: "a line over the limit is told, and the next is served",
            points: 1,
            hints: &[
                "Where does the next message begin, after a line that is too long?",
                "Behind the newline of the long one. Until then pass over what comes, and \
                 remember that you do.",
                "The limit counts bytes, without the newline: exactly as many are allowed. The \
                 error is answered once, when the newline has come.",
            ],
            page: "chapter-06.md#a-limit-before-anything-else",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: over_the_limit,
        },
        Check {
            name: "a line without an end takes no memory",
            points: 1,
            hints: &[
                "How much does your program keep of a line that is longer than the limit?",
                "When the limit is passed, throw away what you have of that line, and all that \
                 comes of it. read_until keeps everything.",
            ],
            page: "chapter-06.md#a-limit-before-anything-else",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: without_an_end,
        },
        Check {
            name: "a client that closes inside a line is told apart",
            points: 1,
            hints: &[
                "recv has returned 0. How can your program tell whether the client had finished?",
                "If something is left that no newline has ended, the client was cut short: that is \
                 no message, and another line on stdout. So it is inside a line over the limit.",
            ],
            page: "chapter-06.md#frames-from-a-socket",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: inside_a_line,
        },
        Check {
            name: "the next client starts with nothing",
            points: 1,
            hints: &[
                "Whose bytes are in what you keep when the next client connects?",
                "What is kept belongs to one conversation: make it where the conversation begins.",
            ],
            page: "chapter-06.md#bytes-in-frames-out",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: the_next_client,
        },
    ],
};

const REPLY: &str = "[INFO] server has received your messages\n";

fn a_line(stage: &Stage) -> Played {
    let (server, client) = connected(stage, &[])?;
    for message in [stage.word(), format!("  {} \r", stage.word())] {
        client.sends(format!("{message}\n"))?;
        is_answered(&server, &client, &message)?;
    }
    Ok(())
}

fn in_pieces(stage: &Stage) -> Played {
    let (server, client) = connected(stage, &[])?;
    let message = format!("{} é {}", stage.word(), stage.word());
    let (start, end) = message.as_bytes().split_at(8); // in the middle of the é
    client.sends(start)?;
    client.receives_nothing()?;
    client.sends(end)?;
    client.sends("\n")?;
    is_answered(&server, &client, &message)?;
    let message = stage.word();
    for byte in format!("{message}\n").bytes() {
        client.sends([byte])?;
    }
    is_answered(&server, &client, &message)
}

fn together(stage: &Stage) -> Played {
    let (server, client) = connected(stage, &[])?;
    let messages = [stage.word(), stage.word(), stage.word()];
    client.sends(messages.join("\n") + "\n")?;
    messages.iter().try_for_each(|message| is_answered(&server, &client, message))
}

fn what_stands_behind(stage: &Stage) -> Played {
    let (server, client) = connected(stage, &[])?;
    let [one, two, three] = [stage.word(), stage.word(), stage.word()];
    client.sends(format!("{one}\n{}", &two[..2]))?;
    is_answered(&server, &client, &one)?;
    client.sends(format!("{}\n{}", &two[2..], &three[..4]))?;
    is_answered(&server, &client, &two)?;
    client.sends(format!("{}\n", &three[4..]))?;
    is_answered(&server, &client, &three)
}

fn an_empty_line(stage: &Stage) -> Played {
    let (server, client) = connected(stage, &[])?;
    for message in [String::new(), stage.word(), String::new()] {
        client.sends(format!("{message}\n"))?;
        is_answered(&server, &client, &message)?;
    }
    Ok(())
}

fn over_the_limit(stage: &Stage) -> Played {
    let (server, client) = connected(stage, &["--limit", "12"])?;
    let exactly = stage.word() + &stage.word();
    client.sends(format!("{exactly}\n"))?;
    is_answered(&server, &client, &exactly)?;
    client.sends(format!("{exactly}!"))?;
    client.receives_nothing()?; // its newline has not come
    for pieces in [&[" and", " more\n"][..], &["你好你好!\n"]] {
        pieces.iter().try_for_each(|piece| client.sends(piece))?;
        server.prints_next("client: ", "[INFO] received from client: a line over the limit")?;
        client.receives("[ERROR] a message has 12 bytes at most\n")?;
        let next = stage.word();
        client.sends(format!("{next}\n"))?;
        is_answered(&server, &client, &next)?;
    }
    Ok(())
}

fn without_an_end(stage: &Stage) -> Played {
    const LENGTH: usize = 2 << 20; // no more, since a program may read byte by byte
    let (server, client) = connected(stage, &[])?;
    let before = server.peak_memory()?;
    client.sends([b'.'; 2000])?; // already over the limit
    client.sends(vec![b'.'; LENGTH])?;
    client.sends("\n")?;
    client.receives("[ERROR] a message has 1024 bytes at most\n")?;
    if server.peak_memory()? > before + LENGTH as u64 / 4 * 3 {
        let wanted = "your program to throw away what comes of a line over the limit";
        return Err(Failed::fail(wanted, "it has kept nearly all of it"));
    }
    Ok(())
}

fn inside_a_line(stage: &Stage) -> Played {
    let (server, client) = connected(stage, &[])?;
    let message = stage.word();
    client.sends(format!("{message}\n{}", stage.word()))?;
    is_answered(&server, &client, &message)?;
    client.closes();
    const CUT: &str = "[INFO] client lost: it has closed the connection inside a message";
    server.prints_next("client", CUT)?;
    let client = server.connect("second client")?;
    let message = stage.word();
    client.sends(format!("{message}\n"))?;
    is_answered(&server, &client, &message)?;
    client.closes();
    server.prints_next("client", "[INFO] client closed the connection")?;
    let client = server.connect("third client")?;
    client.sends(stage.word().repeat(200))?; // which is over the limit
    client.closes();
    server.prints_next("client", CUT)
}

fn the_next_client(stage: &Stage) -> Played {
    let (server, client) = connected(stage, &[])?;
    client.sends(stage.word())?;
    client.resets()?;
    server.prints("client lost")?;
    let client = server.connect("second client")?;
    let message = stage.word();
    client.sends(format!("{message}\n"))?;
    is_answered(&server, &client, &message)
}

/// A server with these arguments, and its client.
fn connected(stage: &Stage, args: &[&str]) -> Result<(Program, Peer), Failed> {
    let server = stage.start_server(args)?;
    let client = server.connect("client")?;
    Ok((server, client))
}

/// The server prints a message and answers it.
fn is_answered(server: &Program, client: &Peer, message: &str) -> Played {
    let shown = message.replace('\r', "\\r");
    server.prints_next("client", &format!("[INFO] received from client: {shown}"))?;
    client.receives(REPLY)
}
