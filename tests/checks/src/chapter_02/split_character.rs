//! 02-split-character: a character in several pieces, and bytes that are no character.
//!
//! The trap: `recv` returns bytes, and where they end, no character need end. A server that decodes
//! each piece by itself spoils the text, or panics; one that waits for valid text may wait for ever.

use super::REPLY;
use crate::{Check, DEADLINE, Exercise, Needs, Peer, Played, Program, Stage};

pub(super) static SPLIT_CHARACTER: Exercise = Exercise {
    name: "02-split-character",
    chapter: "02-single-server",
    checks: &[
        Check {
            name: "text in whole characters is shown, as before",
            points: 1,
            hints: &[
                "The starter does this. What has changed since?",
                "Once a character has been shown, its bytes are done with: take them out of \
                 whatever you keep.",
                "Show whole characters by printable of chapters/common, which escapes what could \
                 drive a terminal.",
            ],
            page: "chapter-02.md#until-the-client-leaves",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: whole_characters,
        },
        Check {
            name: "a piece that shows nothing is answered",
            points: 1,
            hints: &[
                "The client has sent something, and waits for the reply. Which way does your loop \
                 take if there is nothing to print?",
                "Showing text and answering a recv are two steps. Only the first of them depends \
                 on what can be shown.",
            ],
            page: "chapter-02.md#what-can-go-wrong",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: a_piece_that_shows_nothing,
        },
        Check {
            name: "a character in two pieces is shown once, and whole",
            points: 2,
            hints: &[
                "A character in UTF-8 is one to four bytes. What does your program do with those \
                 that recv returns at the end of a piece, when the rest is not there yet?",
                "Keep the bytes that begin a character, and put the next piece behind them before \
                 you decode.",
                "str::from_utf8 fails with a Utf8Error: the bytes before valid_up_to are text. If \
                 its error_len is None, the bytes behind lack their end; keep those.",
            ],
            page: "bytes-and-text.md#a-character-split-across-two-reads",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: two_pieces,
        },
        Check {
            name: "a character that comes byte by byte is shown once, and whole",
            points: 1,
            hints: &[
                "How many pieces can a character of four bytes come in?",
                "A piece is put behind what is kept. It does not replace it, and it need not \
                 complete it.",
                "If nothing can be shown after a recv, print no line.",
            ],
            page: "bytes-and-text.md#a-character-split-across-two-reads",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: byte_by_byte,
        },
        Check {
            name: "bytes that are no character are shown, and what follows them",
            points: 2,
            hints: &[
                "Nobody has to send you UTF-8. What does your program do with the byte ff, and \
                 with the text behind it?",
                "How many bytes are wrong is known to the Utf8Error: its error_len is Some. Show \
                 those as \\x and two hex digits each, and decode what is behind them.",
                "It takes a loop: a piece can hold several wrong bytes, with text between them.",
            ],
            page: "bytes-and-text.md#bytes-that-are-no-text",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: no_character,
        },
        Check {
            name: "a character that is begun and not gone on with is shown as bytes",
            points: 1,
            hints: &[
                "What you have kept may turn out to be wrong when the next piece comes. Who finds \
                 out?",
                "e4 promises a character of three bytes, but after e4 41 it is certain that none \
                 comes: the 41 is a letter of its own. Do not wait for a third.",
                "Decode what is kept and what has come as one: then error_len says how many bytes \
                 are wrong.",
            ],
            page: "bytes-and-text.md#bytes-that-are-no-text",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: begun_and_not_gone_on_with,
        },
        Check {
            name: "at the end, an unfinished character is shown as bytes",
            points: 1,
            hints: &[
                "The client closes the connection. What does your program do with the bytes that \
                 it has kept?",
                "The rest will never come, so those bytes are no character: show them before the \
                 line about the end. If there are none, print no line.",
            ],
            page: "chapter-02.md#until-the-client-leaves",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: the_end,
        },
        Check {
            name: "the next client starts with nothing",
            points: 1,
            hints: &[
                "One client leaves in the middle of a character, and the next one sends a byte. Is \
                 that byte shown alone, and as \\x and two digits? Where does the variable live that \
                 holds what one client has begun?",
                "Each conversation has bytes of its own. Make the variable where the conversation \
                 begins.",
            ],
            page: "chapter-02.md#until-the-client-leaves",
            deadline: DEADLINE,
            needs: Needs::Nothing,
            play: the_next_client,
        },
    ],
};

const CLOSED: &str = "[INFO] client closed the connection";

fn whole_characters(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    let word = stage.word();
    for text in [&word, "q"] {
        says(&client, text)?;
        shows(&server, text)?;
    }
    for length in 2..=4 {
        let text = format!("{}{word}", character(stage, length));
        says(&client, &text)?;
        shows(&server, &text)?;
    }
    says(&client, format!("{word}\n\x1b[2J"))?;
    shows(&server, &format!(r"{word}\n\u{{1b}}[2J"))
}

fn a_piece_that_shows_nothing(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    let text = character(stage, 4);
    for byte in text.as_bytes() {
        says(&client, [*byte])?;
    }
    Ok(())
}

fn two_pieces(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    for length in 2..=4 {
        let character = character(stage, length);
        for cut in 1..length {
            let (begin, rest) = character.as_bytes().split_at(cut);
            let (before, behind) = (stage.word(), stage.word());
            says(&client, [before.as_bytes(), begin].concat())?;
            shows(&server, &before)?;
            says(&client, [rest, behind.as_bytes()].concat())?;
            shows(&server, &format!("{character}{behind}"))?;
        }
    }
    Ok(())
}

fn byte_by_byte(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    for length in 2..=4 {
        let character = character(stage, length);
        for byte in character.as_bytes() {
            says(&client, [*byte])?;
        }
        shows(&server, &character)?;
    }
    Ok(())
}

fn no_character(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    let (one, two) = (stage.word(), stage.word());
    let character = character(stage, 3);
    // f5 and above belong to no character.
    let byte = u8::try_from(stage.number(0xf5..0x100)).expect("a byte is below 256");
    says(&client, [byte])?;
    shows(&server, &format!("\\x{byte:02x}"))?;
    says(&client, [one.as_bytes(), &[byte, 0xc0], two.as_bytes(), &[byte]].concat())?;
    shows(&server, &format!("{one}\\x{byte:02x}\\xc0{two}\\x{byte:02x}"))?;
    // c3 begins a character of two bytes, f0 9f one of four: neither is gone on with.
    says(&client, [b"\xc3", one.as_bytes(), b"\xf0\x9f", character.as_bytes()].concat())?;
    shows(&server, &format!(r"\xc3{one}\xf0\x9f{character}"))
}

fn begun_and_not_gone_on_with(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let client = server.connect("client")?;
    says(&client, b"\xe4")?;
    says(&client, b"A")?;
    shows(&server, r"\xe4A")?;
    let character = character(stage, 4);
    says(&client, b"\xf0\x9f")?;
    says(&client, &character)?;
    shows(&server, &format!(r"\xf0\x9f{character}"))?;
    // Surrogates are no characters: no character begins with ed a0 (RFC 3629, section 4).
    says(&client, b"\xed")?;
    says(&client, b"\xa0")?;
    shows(&server, r"\xed\xa0")
}

fn the_end(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let (word, character) = (stage.word(), character(stage, 3));
    let first = server.connect("first client")?;
    says(&first, [word.as_bytes(), &character.as_bytes()[..2]].concat())?;
    shows(&server, &word)?;
    first.closes();
    shows(&server, &in_digits(&character.as_bytes()[..2]))?;
    server.prints_next("client", CLOSED)?;
    let second = server.connect("second client")?;
    says(&second, &character)?;
    shows(&server, &character)?;
    second.closes();
    server.prints_next("client", CLOSED)
}

fn the_next_client(stage: &Stage) -> Played {
    let server = stage.start_server(&[])?;
    let character = character(stage, 2);
    let (begin, rest) = character.as_bytes().split_at(1);
    let first = server.connect("first client")?;
    says(&first, begin)?;
    first.closes();
    server.prints(CLOSED)?;
    let second = server.connect("second client")?;
    says(&second, rest)?;
    shows(&server, &in_digits(rest))
}

/// The client sends one piece, and gets its reply. So the server has taken it before the next.
fn says(client: &Peer, piece: impl AsRef<[u8]>) -> Played {
    client.sends(piece)?;
    client.receives(REPLY)
}

/// The server's next line about its client shows exactly this.
fn shows(server: &Program, text: &str) -> Played {
    server.prints_next("client", &format!("[INFO] received from client: {text}"))
}

/// A character of so many bytes that the program cannot know beforehand: a letter with an accent, a
/// Chinese character, a face.
fn character(stage: &Stage, bytes: usize) -> String {
    let range = match bytes {
        2 => 0x100..0x130,
        3 => 0x4e00..0x9fa6,
        _ => 0x1f600..0x1f640,
    };
    let number = u32::try_from(stage.number(range)).ok();
    number.and_then(char::from_u32).expect("these are characters").to_string()
}

fn in_digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
}
