//! Tests of a chat room, written against its address and not against a program: a room with another
//! engine must pass them as they are.
//!
//! A chapter says how its room is started, and takes all of them:
//!
//! ```text
//! fn start(args: &[&str]) -> room::Room { … }
//! room::test_all!(start);
//! ```
//!
//! What is asked of a room: it asks for a name; a name has 1 to 32 ASCII letters and digits, and
//! nobody else's; the newcomer is told `* The room contains: …`, the others `* NAME has entered the
//! room`; a line goes to all others as `[NAME] line`; `* NAME has left the room`. The lines `/who` and
//! `/quit` are commands. A notice of any other kind begins with `* `.
//!
//! The flags that a room must know: `--max-clients`, `--idle-timeout`, `--queue`, `--rate`,
//! as in chapter 07.

mod crowd;
mod guest;
mod hostile;
mod rules;

pub use crowd::*;
pub use guest::Guest;
pub use hostile::*;
pub use rules::*;

use std::net::SocketAddr;

use harness::Resources;

/// A room that runs, until this is dropped.
pub struct Room {
    /// Where clients connect.
    pub address: SocketAddr,
    /// What the room's process uses, once it has come to rest; `None` on a system that does not tell.
    ///
    /// What this closure owns keeps the room running.
    pub resources: Box<dyn Fn() -> Option<Resources>>,
}

impl Room {
    /// Fails if the room uses more threads, descriptors or memory than `before`, but for what an
    /// allocator may keep for the next time.
    #[track_caller]
    pub fn has_not_grown(&self, before: Option<Resources>) {
        let after = (self.resources)();
        let (Some(before), Some(after)) = (before, after) else { return };
        let same = (before.threads, before.descriptors) == (after.threads, after.descriptors);
        let grown = !same || after.resident > before.resident + 4096;
        assert!(!grown, "the room has grown: from {before:?} to {after:?}");
    }
}

/// Declares a test for each rule and each attack. `$start` starts a room with these arguments.
#[macro_export]
macro_rules! test_all {
    ($start:expr) => {
        $crate::test_all! { $start;
            a_newcomer_is_told_who_is_here
            all_others_hear_what_one_says
            leaving_is_announced_however_one_leaves
            who_has_no_name_neither_hears_nor_is_heard
            a_name_is_letters_and_digits
            a_name_is_taken_once
            commands_are_exact
            a_line_holds_a_thousand_characters
            a_line_that_is_too_long_is_refused_alone
            what_is_said_drives_no_terminal
            text_in_pieces_is_whole
            lines_may_end_as_in_telnet
            a_hundred_talk_at_once
            who_comes_and_goes_misses_nothing_between
            twenty_ask_for_one_name
            a_relay_changes_nothing
            one_that_does_not_read_delays_nobody
            who_vanishes_harms_nobody
            a_line_without_end_costs_no_memory
            who_asks_and_does_not_read_costs_little
            a_flood_of_lines_costs_others_nothing
            one_too_many_is_told
            who_is_silent_is_told_to_go
            ten_thousand_come_and_go
        }
    };
    ($start:expr; $($test:ident)*) => { $(
        #[test]
        fn $test() {
            $crate::$test($start);
        }
    )* };
}

/// How a test starts the room that it needs.
pub type Start = fn(&[&str]) -> Room;
