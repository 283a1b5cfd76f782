//! Many at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use harness::Scene;

use crate::{Guest, Start};

/// What is heard of a line: who has said it, and its number. The lines of a crowd are numbers.
type Said = (String, u32);

#[track_caller]
fn parse(line: &str) -> Said {
    let parts = line.strip_prefix('[').and_then(|line| line.split_once("] "));
    let said = parts.and_then(|(name, number)| Some((name.to_owned(), number.parse().ok()?)));
    said.unwrap_or_else(|| panic!("expected \"[NAME] NUMBER\", heard {line:?}"))
}

/// Guests who have all heard of each other.
#[track_caller]
fn crowd(address: SocketAddr, size: usize) -> Vec<Guest> {
    let mut guests: Vec<Guest> = Vec::new();
    for number in 0..size {
        let mut others: Vec<&mut Guest> = guests.iter_mut().collect();
        let guest = Guest::joins(address, &format!("guest{number}"), &mut others);
        guests.push(guest);
    }
    guests
}

/// A hundred say twenty lines each, all at once. Everyone hears every line of all others, each
/// speaker's in order; and all hear all lines in one and the same order.
pub fn a_hundred_talk_at_once(start: Start) {
    const LINES: u32 = 20;
    let room = start(&[]);
    let guests = crowd(room.address, 100);
    let (all, together) = (guests.len(), &Barrier::new(guests.len()));
    let views: Vec<Vec<Said>> = thread::scope(|threads| {
        let talk = |mut guest: Guest| {
            threads.spawn(move || {
                together.wait();
                for number in 0..LINES {
                    guest.says(&number.to_string());
                }
                let others = (all - 1) * LINES as usize;
                (0..others).map(|_| parse(&guest.hears_a_line())).collect::<Vec<_>>()
            })
        };
        let talking: Vec<_> = guests.into_iter().map(talk).collect();
        talking.into_iter().map(|guest| guest.join().expect("it hears all")).collect()
    });
    for (number, view) in views.iter().enumerate() {
        let mut next = BTreeMap::new();
        for (name, line) in view {
            let expected = next.entry(name).or_insert(0);
            assert_eq!(line, expected, "guest{number} hears {name}'s lines out of order");
            *expected += 1;
        }
        assert!(!next.contains_key(&format!("guest{number}")), "guest{number} hears itself");
        assert_eq!(next.len(), all - 1, "guest{number} has not heard everyone");
        // Nobody hears itself, so two views are the same but for what these two have said.
        let but_for = |view: &[Said], name: String| -> Vec<Said> {
            view.iter().filter(|said| said.0 != name).cloned().collect()
        };
        let first = but_for(&views[0], format!("guest{number}"));
        assert!(first == but_for(view, "guest0".into()), "guest{number} hears another order");
    }
}

/// Five talk on and on, and twenty come, listen, and go. What these hear of each speaker is a number,
/// the next, and so on: nothing is missing between coming and going.
pub fn who_comes_and_goes_misses_nothing_between(start: Start) {
    const SPEAKERS: usize = 5;
    let room = start(&["--queue", "4194304"]);
    let over = &AtomicBool::new(false);
    thread::scope(|threads| {
        let _over = Over(over); // also if a visitor fails
        // Each speaks when the one before has spoken, so that nobody speaks faster than others hear.
        for (number, mut speaker) in crowd(room.address, SPEAKERS).into_iter().enumerate() {
            threads.spawn(move || {
                let before = format!("[guest{}] ", (number + SPEAKERS - 1) % SPEAKERS);
                let mut numbers = 0..;
                let mut its_turn = number == 0;
                while !over.load(Ordering::Relaxed) {
                    if its_turn {
                        let number: u32 = numbers.next().expect("there are enough");
                        speaker.says(&number.to_string());
                    }
                    its_turn = speaker.hears_a_line().starts_with(&before);
                }
                speaker.says("/quit");
            });
        }
        for _ in 0..20 {
            let (mut visitor, _) = Guest::enters(room.address, "visitor");
            let mut last = BTreeMap::new();
            for _ in 0..500 {
                let (name, number) = parse(&visitor.hears_a_line());
                let before = last.insert(name.clone(), number);
                let follows = before.is_none_or(|before| before + 1 == number);
                assert!(follows, "from {name}, {number} comes after {before:?}");
            }
            visitor.says("/quit");
            visitor.hears_out();
        }
    });
}

/// Says when it is dropped that it is over.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Twenty ask for one name at the same moment: one gets it, and all others are refused.
pub fn twenty_ask_for_one_name(start: Start) {
    const ALL: usize = 20;
    let room = start(&[]);
    for _ in 0..10 {
        let together = &Barrier::new(ALL);
        let first_lines: Vec<(String, Guest)> = thread::scope(|threads| {
            let ask = |mut guest: Guest| {
                threads.spawn(move || {
                    together.wait();
                    guest.says("prize");
                    (guest.hears_a_line(), guest)
                })
            };
            let asking: Vec<_> = (0..ALL).map(|_| ask(Guest::knocks(room.address))).collect();
            asking.into_iter().map(|guest| guest.join().expect("it is answered")).collect()
        });
        let is_in = |line: &str| line.starts_with("* The room contains:");
        let winners = first_lines.iter().filter(|(line, _)| is_in(line)).count();
        assert_eq!(winners, 1, "of {ALL}, {winners} are called prize");
        for (line, mut guest) in first_lines {
            if is_in(&line) {
                guest.says("/quit");
            }
            guest.hears_the_end();
        }
    }
}

/// Fifty talk, and one does not read: first without it, then with it until the room lets it go. A
/// line must not take much longer then to get from one to another.
pub fn one_that_does_not_read_delays_nobody(start: Start) {
    const ROUNDS: usize = 30;
    let room = start(&["--queue", "500000", "--rate", "1000000000"]);
    let mut guests = crowd(room.address, 50);
    let mut listener = guests.pop().expect("there are fifty");
    let mut speaker = guests.pop().expect("there are fifty");
    let all = guests.len();
    let mut ears = speaker.stream().try_clone().expect("a descriptor");
    let (without, with) = thread::scope(|threads| {
        threads.spawn(move || io::copy(&mut ears, &mut io::sink()));
        // Whenever the speaker has said something, all others answer with a long line.
        for mut guest in guests {
            threads.spawn(move || {
                let answer = "x".repeat(1000);
                loop {
                    match guest.hears_a_line().as_str() {
                        "[guest48] over" => return,
                        line if line.starts_with("[guest48] ") => guest.says(&answer),
                        _ => {}
                    }
                }
            });
        }
        // The time of one line, and whether the one that does not read has left meanwhile. All have
        // answered before the next line is said.
        let mut round = |number: usize| {
            let start = Instant::now();
            speaker.says(&number.to_string());
            let (mut time, mut answers, mut has_left) = (None, 0, false);
            while time.is_none() || answers < all {
                let line = listener.hears_a_line();
                if line == format!("[guest48] {number}") {
                    time = Some(start.elapsed());
                } else if line.starts_with('[') {
                    answers += 1;
                } else {
                    has_left |= line == "* deaf has left the room";
                }
            }
            (time.expect("it has been heard"), has_left)
        };
        let without: Vec<Duration> = (0..ROUNDS).map(|number| round(number).0).collect();
        let scene = Scene::new();
        let deaf = scene.connect_with_small_buffer("deaf", room.address);
        deaf.sends("deaf\n");
        let (mut with, mut gone) = (Vec::new(), false);
        for number in 0..10 * ROUNDS {
            let (time, has_left) = round(number);
            with.push(time);
            gone |= has_left;
            if gone && with.len() >= ROUNDS {
                break;
            }
        }
        speaker.says("over");
        speaker.says("/quit");
        assert!(gone, "one that does not read is kept for ever");
        (without, with)
    });
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let (without, with) = (median(without), median(with));
    let bound = without * 4 + Duration::from_millis(5);
    assert!(
        with < bound,
        "a line takes {with:?} beside one that does not read, and {without:?} otherwise"
    );
}

/// Come, and go: ten thousand times, before somebody who hears it all.
pub fn ten_thousand_come_and_go(start: Start) {
    const LANES: u32 = 10;
    const ROUNDS: u32 = 1000;
    let room = start(&[]);
    let (mut bob, _) = Guest::enters(room.address, "bob");
    let mut rounds = |rounds: u32| {
        thread::scope(|threads| {
            for lane in 0..LANES {
                threads.spawn(move || {
                    for _ in 0..rounds {
                        let (mut guest, _) = Guest::enters(room.address, &format!("lane{lane}"));
                        guest.says("/quit");
                        guest.hears_out();
                    }
                });
            }
            let mut here = BTreeSet::new();
            for _ in 0..LANES * rounds * 2 {
                let line = bob.hears_a_line();
                let words: Vec<_> = line.split(' ').collect();
                let fits = match words[..] {
                    ["*", name, "has", "entered", "the", "room"] => here.insert(name.to_owned()),
                    ["*", name, "has", "left", "the", "room"] => here.remove(name),
                    _ => false,
                };
                assert!(fits, "{line:?} does not fit to what came before");
            }
            assert!(here.is_empty(), "{here:?} have not left");
        });
    };
    rounds(10);
    let before = (room.resources)();
    rounds(ROUNDS);
    room.has_not_grown(before);
}
