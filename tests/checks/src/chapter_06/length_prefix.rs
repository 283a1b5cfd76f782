//! 06-length-prefix: as many bytes as were announced, and not one more.
//!
//! The trap: one `recv` nearly always returns one frame. The length says how much is to come, and
//! `recv` how much has come.

use crate::{Check, DEADLINE, Exercise, Failed, Listener, Needs, Peer, Played, Program, Stage};

pub(super) static LENGTH_PREFIX: Exercise = Exercise {
    name: "06-length-prefix",
    chapter: "06-framing",
    checks: &[
        Check {
            name: "a message goes out in its frame, as before",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "Four bytes, the most significant one first, count the message and not themselves: \
                 to_be_bytes of a u32.",
            ],
            page: "chapter-06.md#two-kinds-of-frames",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_message,
        },
        Check {
            name: "a reply in pieces is one reply",
            points: 1,
            hints: &[
                "What does your program know about the reply when recv has returned two bytes?",
                "Receive until you have the four bytes of the length, and then until you have as \
                 many bytes as it says.",
                "A function that fills a buffer: recv into what is left of it, until nothing is \
                 left. read_exact is one, but does not say how much has come when the stream ends.",
            ],
            page: "chapter-06.md#bytes-in-frames-out",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: in_pieces,
        },
        Check {
            name: "a reply of any length is printed",
            points: 1,
            hints: &[
                "How many bytes can a reply have, and how many do you receive at the most?",
                "A reply of no bytes is a reply: an empty line. A long one takes many recvs.",
            ],
            page: "chapter-06.md#bytes-in-frames-out",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: of_any_length,
        },
        Check {
            name: "bytes that are no text go there and back",
            points: 1,
            hints: &[
                "The input has bytes that are no UTF-8. What does your program make of them?",
                "Keep bytes as bytes: a Vec<u8> for the message, and printable for the reply when \
                 it is shown. lines() wants text; split(b'\\n') does not.",
            ],
            page: "bytes-and-text.md#bytes-that-are-no-text",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: no_text,
        },
        Check {
            name: "replies that come together are told apart",
            points: 1,
            hints: &[
                "Two replies have come at once. Where does the first one end?",
                "Where its length says. What stands behind it belongs to the next message: leave \
                 it in the kernel, by not asking for more than is due.",
            ],
            page: "chapter-06.md#frames-from-a-socket",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: together,
        },
        Check {
            name: "a length over the limit is refused at once",
            points: 1,
            hints: &[
                "The server announces more than it may, and sends nothing. What does your program do?",
                "Look at the length before you set memory aside, and before you receive any more.",
            ],
            page: "chapter-06.md#a-limit-before-anything-else",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: over_the_limit,
        },
        Check {
            name: "one message at a time",
            points: 1,
            hints: &[
                "A line is typed, and the next one comes much later. When is the first one sent? And \
                 when two lines are there at once, when is the second?",
                "Read a line, send it, receive its reply, print it, and only then read the next line.",
            ],
            page: "chapter-06.md#what-you-see",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: one_at_a_time,
        },
        Check {
            name: "a server that closes where a reply should begin is told",
            points: 1,
            hints: &[
                "recv returns 0 when you wait for the length. What is that?",
                "The end of the stream, and a message without a reply: exit status 1, and a line \
                 that says so.",
            ],
            page: "bytes-and-text.md#nothing-is-no-message",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: closed_between,
        },
        Check {
            name: "a server that closes inside a reply is told apart",
            points: 1,
            hints: &[
                "Two bytes of the length have come, and then the end. Is that the same as nothing?",
                "Count how many bytes you have got when the stream ends: none of the length, or \
                 some of the frame. A reset is no end, but an error of recv.",
            ],
            page: "chapter-06.md#frames-from-a-socket",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: closed_inside,
        },
        Check {
            name: "every line is a message, and the end of the input the end",
            points: 1,
            hints: &[
                "What does your program do with an empty line, and with a last line that no \
                 newline ends?",
                "Both are messages. When the input has ended and the last reply has come, end with \
                 exit status 0.",
            ],
            page: "chapter-06.md#what-you-see",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: every_line,
        },
    ],
};

fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a check sends less than that");
    [&length.to_be_bytes()[..], message].concat()
}

fn a_message(stage: &Stage) -> Played {
    let (server, client) = a_client(stage, &[])?;
    let long = stage.word().repeat(50); // more than one byte can count
    let longer = stage.word().repeat(12_000); // and more than two can
    let messages = [stage.word(), long, longer];
    client.is_fed((messages.join("\n") + "\n").into_bytes());
    let peer = server.accepts()?;
    for message in &messages {
        peer.receives(frame(message.as_bytes()))?;
        replies(stage, &peer, &client)?;
    }
    client.exits_with(0)
}

fn in_pieces(stage: &Stage) -> Played {
    let (client, peer) = has_sent(stage, 1, &[])?;
    let reply = format!("{} {}", stage.word(), stage.word());
    let frame = frame(reply.as_bytes());
    for piece in [&frame[..1], &frame[1..3], &frame[3..6], &frame[6..9], &frame[9..]] {
        peer.sends(piece)?;
    }
    client.prints_next("", &reply)?;
    client.exits_with(0)
}

fn of_any_length(stage: &Stage) -> Played {
    let (client, peer) = has_sent(stage, 3, &[])?;
    for count in [0, 1, 30_000] {
        let reply = stage.word().repeat(count);
        peer.sends(frame(reply.as_bytes()))?;
        client.delivers((reply + "\n").as_bytes())?;
    }
    client.exits_with(0)
}

fn no_text(stage: &Stage) -> Played {
    let (server, client) = a_client(stage, &[])?;
    let message = [b"\xff\xfe ", stage.word().as_bytes(), b"\0\xe4\xbd"].concat();
    client.is_fed([&message[..], b"\n"].concat());
    let peer = server.accepts()?;
    peer.receives(frame(&message))?;
    let word = stage.word();
    peer.sends(frame(format!("{word}\n\x1b[2J").as_bytes()))?;
    client.prints_next("", &format!("{word}\\n\\u{{1b}}[2J"))?;
    client.exits_with(0)
}

fn together(stage: &Stage) -> Played {
    let (client, peer) = has_sent(stage, 3, &[])?;
    let words = [stage.word(), stage.word(), stage.word()];
    peer.sends(words.iter().flat_map(|word| frame(word.as_bytes())).collect::<Vec<u8>>())?;
    words.iter().try_for_each(|word| client.prints_next("", word))?;
    client.exits_with(0)
}

fn over_the_limit(stage: &Stage) -> Played {
    for (limit, length) in [("1000", 1001), ("1000000", u32::MAX)] {
        let (server, client) = a_client(stage, &["--limit", limit])?;
        client.is_fed(format!("{}\n", stage.word()).into_bytes());
        let peer = server.accepts()?;
        peer.sends(length.to_be_bytes())?;
        client.exits_with(1)?;
        client.has_complained(&format!(
            "error: {} has announced a reply of {length} bytes, and {limit} are allowed",
            server.address()
        ))?;
    }
    let (client, peer) = has_sent(stage, 1, &["--limit", "6"])?;
    replies(stage, &peer, &client)?;
    client.exits_with(0)
}

fn one_at_a_time(stage: &Stage) -> Played {
    let (server, client) = a_client(stage, &[])?;
    let [first, one, two] = [stage.word(), stage.word(), stage.word()];
    client.types(&first)?;
    let peer = server.accepts()?;
    peer.receives(frame(first.as_bytes()))?;
    replies(stage, &peer, &client)?;
    stage.tell("keyboard", format_args!("types two lines at once: {one:?} and {two:?}"));
    client.types_lines(&[one.clone(), two.clone()])?;
    peer.receives(frame(one.as_bytes()))?;
    peer.receives_nothing()?; // its reply has not come
    replies(stage, &peer, &client)?;
    peer.receives(frame(two.as_bytes()))?;
    replies(stage, &peer, &client)?;
    client.ends_input();
    client.exits_with(0)
}

fn closed_between(stage: &Stage) -> Played {
    let (server, client) = a_client(stage, &[])?;
    client.is_fed(format!("{}\n{}\n", stage.word(), stage.word()).into_bytes());
    let peer = server.accepts()?;
    replies(stage, &peer, &client)?;
    peer.closes_its_sending_half();
    client.exits_with(1)?;
    client.has_complained(&format!("error: {} has closed the connection", server.address()))
}

fn closed_inside(stage: &Stage) -> Played {
    for cut in [2, 4, 7] {
        let (server, client) = a_client(stage, &[])?;
        client.is_fed(format!("{}\n", stage.word()).into_bytes());
        let peer = server.accepts()?;
        peer.sends(&frame(stage.word().as_bytes())[..cut])?;
        peer.closes_its_sending_half();
        client.exits_with(1)?;
        client.has_complained(&format!(
            "error: {} has closed the connection inside a reply",
            server.address()
        ))?;
    }
    let (server, client) = a_client(stage, &[])?;
    let word = stage.word();
    client.is_fed(format!("{word}\n").into_bytes());
    let peer = server.accepts()?;
    peer.receives(frame(word.as_bytes()))?;
    peer.resets()?;
    client.exits_with(1)?;
    client.has_complained(&format!(
        "error: lost the connection to {}: connection reset by the peer",
        server.address()
    ))
}

fn every_line(stage: &Stage) -> Played {
    let (server, client) = a_client(stage, &[])?;
    let messages = [stage.word(), String::new(), stage.word()];
    client.is_fed(messages.join("\n").into_bytes()); // no newline at the end
    let peer = server.accepts()?;
    for message in &messages {
        peer.receives(frame(message.as_bytes()))?;
        replies(stage, &peer, &client)?;
    }
    client.exits_with(0)?;
    peer.receives_the_end()
}

/// A server, and a client with these arguments whose input is not there yet.
fn a_client(stage: &Stage, args: &[&str]) -> Result<(Listener, Program), Failed> {
    let server = stage.listen("server", 5)?;
    let client = stage.start(&[&["--port", &server.port()], args].concat())?;
    Ok((server, client))
}

/// A client with so many messages in its input, and the server's end of its connection.
fn has_sent(stage: &Stage, messages: usize, args: &[&str]) -> Result<(Program, Peer), Failed> {
    let (server, client) = a_client(stage, args)?;
    client.is_fed(format!("{}\n", stage.word()).repeat(messages).into_bytes());
    Ok((client, server.accepts()?))
}

/// The server replies with a word; the client prints it.
fn replies(stage: &Stage, peer: &Peer, client: &Program) -> Played {
    let word = stage.word();
    peer.sends(frame(word.as_bytes()))?;
    client.prints_next("", &word)
}
