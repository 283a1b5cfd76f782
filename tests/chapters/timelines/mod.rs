//! Conversations of the chapters' programs, to be recorded: one for each chapter.
//!
//! Whoever types waits until all programs wait: so the keyboard, too, is waited for.

mod chapter_01;
mod chapter_02;
mod chapter_03;
mod chapter_04;
mod chapter_05;
mod chapter_06;
mod chapter_07;
pub mod stage;

use std::path::Path;

use timeline::recording::Recording;

use self::stage::{Stage, built};

/// A conversation that can be played.
pub struct Conversation {
    /// The number of its chapter: `04`.
    pub chapter: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// The packages whose programs take part, so that nobody waits while they are built.
    packages: &'static [&'static str],
    play: fn(&Stage),
}

impl Conversation {
    /// Plays it, and returns what was recorded. `root` is the project's folder.
    ///
    /// # Panics
    ///
    /// If it does not go as it should.
    pub fn record(&self, root: &Path) -> Recording {
        self.packages.iter().for_each(|package| drop(built(package)));
        let stage = Stage::new(root);
        (self.play)(&stage);
        stage.recording(self.title)
    }
}

/// All conversations, in the order of their chapters.
pub const ALL: &[Conversation] = &[
    Conversation {
        chapter: "01",
        title: "Three ways to wait",
        packages: &["ch01-create-socket"],
        play: chapter_01::three_ways_to_wait,
    },
    Conversation {
        chapter: "02",
        title: "Two clients, and a server for one",
        packages: &["ch02-single-server", "ch03-client"],
        play: chapter_02::one_after_the_other,
    },
    Conversation {
        chapter: "03",
        title: "What a client waits for",
        packages: &["ch02-single-server", "ch03-client"],
        play: chapter_03::what_a_client_waits_for,
    },
    Conversation {
        chapter: "04",
        title: "Two clients, and a thread for each",
        packages: &["ch04-threaded-server", "ch03-client"],
        play: chapter_04::both_at_once,
    },
    Conversation {
        chapter: "05",
        title: "A datagram is lost, and sent again",
        packages: &["ch05-udp", "relay"],
        play: chapter_05::lost_and_sent_again,
    },
    Conversation {
        chapter: "06",
        title: "One message in four reads, two messages in one",
        packages: &["ch06-framing"],
        play: chapter_06::four_reads_and_one,
    },
    Conversation {
        chapter: "07",
        title: "A line for three, one of whom is slow",
        packages: &["ch07-chat-room"],
        play: chapter_07::one_of_three_is_slow,
    },
];
