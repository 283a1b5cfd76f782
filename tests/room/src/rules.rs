//! The rules of a room, one by one.

use crate::{Guest, Start};

/// A newcomer is asked for a name, told who is here, and announced.
pub fn a_newcomer_is_told_who_is_here(start: Start) {
    let room = start(&[]);
    let (mut bob, here) = Guest::enters(room.address, "bob");
    assert!(here.is_empty(), "bob comes first, and is told: {here:?}");
    let (mut charlie, here) = Guest::enters(room.address, "charlie");
    assert_eq!(here, ["bob"]);
    bob.hears("* charlie has entered the room");
    let (_dave, mut here) = Guest::enters(room.address, "dave");
    here.sort();
    assert_eq!(here, ["bob", "charlie"]);
    bob.hears("* dave has entered the room");
    charlie.hears("* dave has entered the room");
}

/// A line goes to all others with the name of who has said it, and not back to that one.
pub fn all_others_hear_what_one_says(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let mut charlie = Guest::joins(room.address, "charlie", &mut [&mut bob]);
    let mut dave = Guest::joins(room.address, "dave", &mut [&mut bob, &mut charlie]);
    bob.says("hello");
    charlie.hears("[bob] hello");
    dave.hears("[bob] hello");
    charlie.says("");
    bob.hears("[charlie] ");
    dave.hears("[charlie] ");
    dave.says(" two  spaces ");
    bob.hears("[dave]  two  spaces ");
    charlie.hears("[dave]  two  spaces ");
    bob.has_heard_nothing();
}

/// By /quit, by closing, by half-closing and by a reset.
pub fn leaving_is_announced_however_one_leaves(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let leave: [fn(Guest); 4] = [
        |mut guest| {
            guest.says("/quit");
            guest.hears_the_end();
        },
        drop,
        |mut guest| {
            guest.half_closes();
            guest.hears_the_end();
        },
        Guest::resets,
    ];
    for leave in leave {
        leave(Guest::joins(room.address, "alice", &mut [&mut bob]));
        bob.hears("* alice has left the room");
    }
    bob.has_heard_nothing();
}

/// Someone who has not said a name yet is not there, to anybody.
pub fn who_has_no_name_neither_hears_nor_is_heard(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let mut nameless = Guest::knocks(room.address);
    let mut charlie = Guest::joins(room.address, "charlie", &mut [&mut bob]);
    bob.says("hello");
    charlie.hears("[bob] hello");
    nameless.says("alice");
    let told = nameless.hears_something_like("* The room contains:");
    assert!(told.contains("bob") && told.contains("charlie"), "{told}");
    bob.hears("* alice has entered the room");
    drop(Guest::knocks(room.address));
    bob.has_heard_nothing();
    charlie.hears("* alice has entered the room");
}

/// 1 to 32 ASCII letters and digits. Whoever says anything else is told so, and let go.
pub fn a_name_is_letters_and_digits(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let long = "x".repeat(33);
    let too_long_for_a_line = "x".repeat(100_000);
    let refused = ["", " ", "two words", "né", "a-b", "a\tb", "[bob]", &long, &too_long_for_a_line];
    for name in refused {
        let mut nobody = Guest::knocks(room.address);
        nobody.says(name);
        nobody.hears_something_like("* ");
        nobody.hears_the_end();
    }
    bob.has_heard_nothing();
    let longest = "Z9".repeat(16);
    let a = Guest::joins(room.address, "a", &mut [&mut bob]);
    drop(a);
    bob.hears("* a has left the room");
    Guest::joins(room.address, &longest, &mut [&mut bob]);
}

/// A name belongs to one client, and is free again when that one has left.
pub fn a_name_is_taken_once(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let mut second = Guest::knocks(room.address);
    second.says("bob");
    second.hears_something_like("* ");
    second.hears_the_end();
    bob.has_heard_nothing();
    bob.says("/quit");
    bob.hears_the_end();
    Guest::joins(room.address, "bob", &mut []);
}

/// `/who` and `/quit`, and nothing that looks like them.
pub fn commands_are_exact(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let mut alice = Guest::joins(room.address, "alice", &mut [&mut bob]);
    alice.says("/who");
    let told = alice.hears_something_like("* The room contains:");
    assert!(told.contains("bob"), "{told}");
    for said in ["/who ", " /who", "/WHO", "/quit now", "/quit ", "//quit", "/help", "q", "quit"] {
        alice.says(said);
        bob.hears(&format!("[alice] {said}"));
    }
    alice.says("/quit");
    bob.hears("* alice has left the room");
    alice.hears_the_end();
}

/// Characters, not bytes: each of these has four.
pub fn a_line_holds_a_thousand_characters(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let mut alice = Guest::joins(room.address, "alice", &mut [&mut bob]);
    let long = "🦀".repeat(1000);
    alice.says(&long);
    bob.hears(&format!("[alice] {long}"));
}

/// Who has said it is told so, and goes on; the others hear nothing of it.
pub fn a_line_that_is_too_long_is_refused_alone(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let mut alice = Guest::joins(room.address, "alice", &mut [&mut bob]);
    alice.says(&"x".repeat(100_000));
    alice.hears_something_like("* ");
    alice.says("hello");
    bob.hears("[alice] hello");
}

/// Control characters, and bytes that are no text, come out as something that does no harm.
pub fn what_is_said_drives_no_terminal(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let mut alice = Guest::joins(room.address, "alice", &mut [&mut bob]);
    let harmful: [&[u8]; 5] = [
        b"\x1b[2J\x1b]0;owned\x07 \0 \x7f",
        b"forged\r[bob] I agree",
        "\u{9b}2J \u{202e}txt.exe \u{2028}* bob has left the room".as_bytes(),
        b"\xff\xfe \xc0\xaf \xed\xa0\x80",
        b"tab\there",
    ];
    for bytes in harmful {
        alice.sends(&[bytes, b"\n"].concat());
        let line = bob.hears_something_like("[alice] ");
        let harmless = |c: char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{202e}');
        assert!(line.chars().all(harmless), "bob heard {line:?}");
    }
}

/// A line, or a character, may come in as many pieces as it has bytes, and lines come together.
pub fn text_in_pieces_is_whole(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let mut alice = Guest::joins(room.address, "alice", &mut [&mut bob]);
    for byte in "né 你 🦀\n".as_bytes() {
        alice.sends(&[*byte]);
    }
    bob.hears("[alice] né 你 🦀");
    alice.sends(b"one\n\ntwo\nthr");
    for line in ["one", "", "two"] {
        bob.hears(&format!("[alice] {line}"));
    }
    alice.sends(b"ee\n");
    bob.hears("[alice] three");
    let mut eager = Guest::connects(room.address);
    eager.sends(b"eager\nhello\n/quit\n");
    bob.hears("* eager has entered the room");
    bob.hears("[eager] hello");
    bob.hears("* eager has left the room");
    alice.half_closes();
}

/// Some programs send `\r\n` at the end of each line.
pub fn lines_may_end_as_in_telnet(start: Start) {
    let room = start(&[]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let mut alice = Guest::knocks(room.address);
    alice.sends(b"alice\r\n");
    alice.hears_something_like("* The room contains:");
    bob.hears("* alice has entered the room");
    alice.sends(b"hello\r\n/quit\r\n");
    bob.hears("[alice] hello");
    bob.hears("* alice has left the room");
}
