//! What hostile clients do to a room, and the proof that it takes no harm.

use std::io::Write;
use std::net::Shutdown;
use std::thread;
use std::time::{Duration, Instant};

use relay::{Shape, TcpRelay, TcpSettings};

use crate::{Guest, Room, Start};

/// Two who come, talk, and leave.
#[track_caller]
fn serves_the_next(room: &Room) {
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let mut alice = Guest::joins(room.address, "alice", &mut [&mut bob]);
    alice.says("hello");
    bob.hears("[alice] hello");
    for mut guest in [alice, bob] {
        guest.says("/quit");
        while guest.next_line().expect("the room closes in order").is_some() {}
    }
}

/// Whoever connects and goes, in every way and at every moment.
pub fn who_vanishes_harms_nobody(start: Start) {
    let room = start(&[]);
    serves_the_next(&room);
    let before = (room.resources)();
    for round in 0..20 {
        drop(Guest::connects(room.address));
        Guest::connects(room.address).resets();
        Guest::knocks(room.address).resets();
        let mut half_a_name = Guest::knocks(room.address);
        half_a_name.sends(b"ali");
        half_a_name.resets();
        let (mut half_a_line, _) = Guest::enters(room.address, &format!("alice{round}"));
        half_a_line.sends(b"hel");
        half_a_line.resets();
        let mut garbage = Guest::knocks(room.address);
        garbage.sends(b"\0\xff\x16\x03\x01\x02\0\n\n\n");
        garbage.hears_something_like("* ");
    }
    room.has_not_grown(before);
    serves_the_next(&room);
}

/// 25 MB, and no newline: with a name and without one.
pub fn a_line_without_end_costs_no_memory(start: Start) {
    let room = start(&[]);
    serves_the_next(&room);
    let before = (room.resources)();
    let (named, _) = Guest::enters(room.address, "alice");
    let floods = [named, Guest::knocks(room.address)];
    let idle = (room.resources)();
    for flood in &floods {
        let chunk = [b'x'; 1 << 18];
        for _ in 0..100 {
            let _ = flood.stream().write_all(&chunk); // fails if the room has had enough
        }
    }
    // Now, while the room still has to do with them.
    if let (Some(idle), Some(flooded)) = (idle, (room.resources)()) {
        assert!(
            flooded.resident < idle.resident + 4096,
            "it keeps the flood: {flooded:?}, {idle:?}"
        );
    }
    for mut flood in floods {
        let _ = flood.stream().shutdown(Shutdown::Write); // the room may have closed by itself
        flood.hears_out();
    }
    room.has_not_grown(before);
    serves_the_next(&room);
}

/// Asks and asks, and never reads an answer.
pub fn who_asks_and_does_not_read_costs_little(start: Start) {
    let room = start(&["--queue", "65536", "--rate", "1000000000"]);
    serves_the_next(&room);
    let before = (room.resources)();
    for round in 0..5 {
        let (mut asking, _) = Guest::enters(room.address, &format!("alice{round}"));
        let questions = "/who\n".repeat(10_000);
        // 50 MB of questions, or until the room has had enough.
        let all_taken = (0..1000).all(|_| asking.stream().write_all(questions.as_bytes()).is_ok());
        assert!(!all_taken, "the room goes on and on with one that does not read");
        asking.hears_out();
    }
    room.has_not_grown(before);
    serves_the_next(&room);
}

/// One floods with whole lines, and somebody with a slow line stays in the room: it is the one who
/// talks that is held up.
pub fn a_flood_of_lines_costs_others_nothing(start: Start) {
    const SIZE: usize = 1_000_000;
    let room = start(&["--rate", "400000", "--queue", "1000000"]);
    let (mut bob, _) = Guest::enters(room.address, "bob");
    let (flood, _) = Guest::enters(room.address, "flood");
    bob.hears("* flood has entered the room");
    let lines = [vec![b'x'; 999], vec![b'\n']].concat().repeat(SIZE / 1000);
    let begin = Instant::now();
    thread::scope(|threads| {
        threads.spawn(|| flood.stream().write_all(&lines));
        for _ in 0..SIZE / 1000 {
            bob.hears_something_like("[flood] x");
        }
    });
    // A second at any speed, then so many bytes a second, and a little for what buffers hold.
    let least = Duration::from_secs_f64(SIZE as f64 / 400_000.0 - 1.0) * 9 / 10;
    assert!(begin.elapsed() > least, "1 MB was heard in {:?}", begin.elapsed());
}

/// Whoever comes when the room is full reads that to its end; when one has left, there is room again.
pub fn one_too_many_is_told(start: Start) {
    let room = start(&["--max-clients", "2"]);
    let mut bob = Guest::joins(room.address, "bob", &mut []);
    let nameless = Guest::knocks(room.address);
    let mut third = Guest::connects(room.address);
    third.says("alice");
    third.hears_something_like("* ");
    third.hears_the_end();
    drop(nameless);
    // The room may need a moment to see that there is a place.
    let entered = harness::poll(|| {
        let mut guest = Guest::connects(room.address);
        guest.says("alice");
        guest.hears_a_line();
        guest.next_line().ok().flatten().filter(|line| line.starts_with("* The room contains:"))
    });
    assert!(entered.is_some(), "nobody is let in when there is room again");
    bob.hears("* alice has entered the room");
}

/// The time is for a whole line: a byte now and then does not make it longer.
pub fn who_is_silent_is_told_to_go(start: Start) {
    let room = start(&["--idle-timeout", "3"]);
    let (silent, _) = Guest::enters(room.address, "silent");
    let mut talking = Guest::joins(room.address, "talking", &mut []);
    let trickling = Guest::knocks(room.address);
    let mut bytes = trickling.stream().try_clone().expect("a descriptor");
    thread::scope(|threads| {
        let told = [silent, trickling].map(|guest| threads.spawn(|| is_told_to_go(guest)));
        let both = harness::poll(|| {
            let _ = bytes.write_all(b"x"); // fails when the room has closed
            talking.says("still here");
            told.iter().all(|guest| guest.is_finished()).then_some(())
        });
        assert!(both.is_some(), "somebody who says nothing is still here");
        for guest in told {
            assert!(guest.join().expect("it does not panic"), "closed without a word");
        }
    });
    talking.hears("* silent has left the room");
    talking.has_heard_nothing();
}

/// Whether the last line before the end is a notice.
fn is_told_to_go(mut guest: Guest) -> bool {
    let mut last = String::new();
    while let Ok(Some(line)) = guest.next_line() {
        last = line;
    }
    last.starts_with("* ")
}

/// Ten clients, each behind a relay that cuts what it says and hears to single bytes.
pub fn a_relay_changes_nothing(start: Start) {
    let room = start(&[]);
    let shape = Shape { chop: Some(1), even: true, ..Shape::default() };
    let settings =
        TcpSettings { to_server: shape, to_client: shape, ..TcpSettings::new(room.address) };
    let relay = TcpRelay::start(settings).expect("a relay starts");
    let mut guests: Vec<Guest> = Vec::new();
    for number in 0..10 {
        let name = format!("guest{number}");
        let mut others: Vec<&mut Guest> = guests.iter_mut().collect();
        let guest = Guest::joins(relay.address(), &name, &mut others);
        guests.push(guest);
    }
    for number in 0..10 {
        guests[number].says("né 你 🦀");
        for (other, guest) in guests.iter_mut().enumerate() {
            if other != number {
                guest.hears(&format!("[guest{number}] né 你 🦀"));
            }
        }
    }
}
