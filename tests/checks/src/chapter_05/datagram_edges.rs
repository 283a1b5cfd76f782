//! 05-datagram-edges: datagrams that are empty, cut, or too large to be sent.
//!
//! The trap: what holds for streams. There, zero bytes are the end, what does not fit into the
//! buffer comes with the next read, and nothing is too large to be sent. Here, zero bytes are a
//! message, what does not fit is gone without a word, and send fails.

use crate::words::quoted;
use crate::{Check, DEADLINE, DatagramPeer, Exercise, Failed, Needs, Played, Program, Stage};

pub(super) static DATAGRAM_EDGES: Exercise = Exercise {
    name: "05-datagram-edges",
    chapter: "05-udp",
    checks: &[
        Check {
            name: "a message is answered with its length",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "Print \"[INFO] received from ADDRESS: N bytes\", and send \"N bytes\" to that \
                 address.",
            ],
            page: "chapter-05.md#the-server-one-socket-for-all",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_message,
        },
        Check {
            name: "an empty datagram is a message",
            points: 1,
            hints: &[
                "What does recv_from return for a datagram without content? Send one: make \
                 run-ch05-client, and press Enter on an empty line.",
                "Nobody closes anything here, for there is no connection. A length of 0 is the \
                 length of a message.",
                "Take out what the program does when the length is 0. It counts and answers such \
                 a message like any other.",
            ],
            page: "chapter-05.md#what-you-see",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: an_empty_datagram,
        },
        Check {
            name: "messages that come at once stay apart",
            points: 1,
            hints: &[
                "How many datagrams does one recv_from return?",
                "Each recv_from returns one datagram, whole, and never a second one behind it. Do \
                 not collect: receive one, answer it, and receive the next.",
            ],
            page: "chapter-05.md#check-yourself",
            deadline: DEADLINE,
            needs: Needs::Proc,
            play: at_once,
        },
        Check {
            name: "a message that is too long is noticed",
            points: 2,
            hints: &[
                "What does recv_from return when the datagram is longer than the buffer? Where is \
                 the rest?",
                "The rest is gone, and no error says so. With a buffer of 1024 bytes, one of 1024 \
                 and one of 3000 look the same.",
                "Make the buffer one byte longer than a message may be. If that byte is filled, \
                 the message was too long.",
            ],
            page: "chapter-05.md#the-server-one-socket-for-all",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: too_long_a_message,
        },
        Check {
            name: "bytes are counted, not characters",
            points: 1,
            hints: &[
                "How many bytes has the text 你好?",
                "Count what recv_from returns, before it is turned into text.",
            ],
            page: "bytes-and-text.md#lengths-are-bytes",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: bytes_are_counted,
        },
        Check {
            name: "give is answered by one datagram",
            points: 1,
            hints: &[
                "How many calls of send_to does your program make for one answer?",
                "One call of send_to sends one datagram, whatever its size. The receiver does not \
                 put pieces together.",
                "Send all N bytes with one call, up to 65507 and down to 0.",
            ],
            page: "chapter-05.md#check-yourself",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: give,
        },
        Check {
            name: "what no datagram can hold is told, and ends nothing",
            points: 1,
            hints: &[
                "Ask for give 70000. What does send_to return?",
                "It fails with EMSGSIZE, and nothing has been sent. That is one client's wish, and \
                 no reason to end, and the client still waits for an answer.",
                "Compare N with 65507 before you send. If it is more, send the text \"N bytes are \
                 too many for a datagram\" instead.",
            ],
            page: "errors.md#emsgsize",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: too_large_an_answer,
        },
        Check {
            name: "what only looks like give is a message",
            points: 1,
            hints: &[
                "What does your program make of \"give +5\", and of \"give 5\" with a blank behind \
                 it?",
                "parse takes a sign before the digits, and trim takes away what is not yours to \
                 take away.",
                "Look at the bytes behind \"give \": one to six, and each of them a digit. Else it \
                 is a message like any other.",
            ],
            page: "bytes-and-text.md#where-a-message-ends",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: what_looks_like_give,
        },
        Check {
            name: "each client gets its own answers",
            points: 1,
            hints: &[
                "One socket hears all clients. Where does your program get the address from to \
                 which it answers?",
                "recv_from returns the sender's address with each datagram. Give that one to \
                 send_to, each time anew, and do not connect the socket.",
                "A client may take answers from the port only to which it has sent. So one socket \
                 does it all: it receives, and it answers.",
            ],
            page: "chapter-05.md#the-server-one-socket-for-all",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: each_client_its_own,
        },
    ],
};

/// The most bytes of a message, and of a datagram over IPv4.
const LIMIT: usize = 1024;
const LARGEST: usize = 65_507;

fn a_message(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = stage.datagram_peer("client")?;
    for count in [1, stage.number(2..30), stage.number(30..100)] {
        is_counted(&server, &client, stage.word().repeat(count))?;
    }
    Ok(())
}

fn an_empty_datagram(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = stage.datagram_peer("client")?;
    is_counted(&server, &client, "")?;
    is_counted(&server, &client, stage.word())?;
    is_counted(&server, &client, "")
}

fn at_once(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = stage.datagram_peer("client")?;
    server.is_stopped()?;
    for message in [&stage.word(), "and", "", &stage.word().repeat(2)] {
        client.sends_to(server.address(), message)?;
    }
    server.goes_on()?;
    let mut due = vec!["6 bytes", "3 bytes", "0 bytes", "12 bytes"];
    while !due.is_empty() {
        let wanted = format!("client to receive a datagram for each message: {}", due.join(", "));
        let (answer, _) = client.receives_any(&wanted)?;
        match due.iter().position(|due| due.as_bytes() == answer) {
            Some(position) => due.remove(position),
            None => return Err(Failed::fail(wanted, format!("the datagram {}", quoted(&answer)))),
        };
    }
    client.receives_nothing()
}

fn too_long_a_message(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = stage.datagram_peer("client")?;
    let most = stage.word().repeat(200);
    is_counted(&server, &client, &most[..LIMIT])?;
    for length in [LIMIT + 1, stage.number(LIMIT + 2..5000), 20_000] {
        let longer = stage.word().repeat(length / 6 + 1);
        client.sends_to(server.address(), &longer[..length])?;
        server.prints(&received(&client, "more than 1024 bytes")?)?;
        client.receives("more than 1024 bytes")?;
    }
    is_counted(&server, &client, stage.word())
}

fn bytes_are_counted(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = stage.datagram_peer("client")?;
    is_counted(&server, &client, format!("你好 {}", stage.word()))?;
    // No text at all, and half a character.
    is_counted(&server, &client, b"\xff\xfe\x00\xc3\xa9")?;
    is_counted(&server, &client, b"\xe4\xbd")
}

fn give(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = stage.datagram_peer("client")?;
    for count in [stage.number(10..1000), stage.number(5000..60_000), LARGEST, 0] {
        wishes(&server, &client, &count.to_string())?;
        client.receives(vec![b'x'; count])?;
    }
    wishes(&server, &client, "000012")?;
    client.receives(vec![b'x'; 12])?;
    is_counted(&server, &client, stage.word())
}

fn too_large_an_answer(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = stage.datagram_peer("client")?;
    for count in [LARGEST + 1, stage.number(70_000..1_000_000)] {
        wishes(&server, &client, &count.to_string())?;
        client.receives(format!("{count} bytes are too many for a datagram"))?;
    }
    wishes(&server, &client, "070000")?;
    client.receives("70000 bytes are too many for a datagram")?;
    is_counted(&server, &client, stage.word())
}

fn what_looks_like_give(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = stage.datagram_peer("client")?;
    let digits = stage.number(10..100);
    let apples = format!("give {digits} {}", stage.word());
    let signed = format!("give +{digits}");
    let blank = format!("give {digits} ");
    let two_blanks = format!("give  {digits}");
    let seven_digits = format!("give 12345{digits}");
    for message in ["give", "give ", "give me", &apples, "give -1", &signed, &blank, &two_blanks] {
        is_counted(&server, &client, message)?;
    }
    is_counted(&server, &client, seven_digits)?;
    Ok(())
}

fn each_client_its_own(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let first = stage.datagram_peer("first client")?;
    let second = stage.datagram_peer("second client")?;
    for client in [&first, &second, &second, &first] {
        is_counted(&server, client, stage.word().repeat(stage.number(2..20)))?;
    }
    let third = stage.datagram_peer("third client")?;
    third.sends_to(server.address(), stage.word())?;
    if third.receives("6 bytes")? != server.address() {
        let wanted = "the answer to come from the port to which third client has sent";
        return Err(Failed::fail(wanted, "it comes from another port"));
    }
    Ok(())
}

/// The client sends a message; the server prints its length, and answers with it.
fn is_counted(server: &Program, client: &DatagramPeer, message: impl AsRef<[u8]>) -> Played {
    let answer = format!("{} bytes", message.as_ref().len());
    client.sends_to(server.address(), message)?;
    server.prints(&received(client, &answer)?)?;
    client.receives(&answer)?;
    Ok(())
}

/// The client asks for so many bytes; the server prints the line of any message.
fn wishes(server: &Program, client: &DatagramPeer, count: &str) -> Played {
    let message = format!("give {count}");
    client.sends_to(server.address(), &message)?;
    server.prints(&received(client, &format!("{} bytes", message.len()))?)?;
    Ok(())
}

/// The line that the server prints for a datagram of this client.
fn received(client: &DatagramPeer, what: &str) -> Result<String, Failed> {
    Ok(format!("[INFO] received from {}: {what}", client.address()?))
}
