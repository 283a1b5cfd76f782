//! Which bytes came from where, against the truth: conversations that are made up, cut anywhere.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use timeline::record::recording;

/// What one side does next: whether it is the client, whether it sends, and how many bytes at most.
type Step = (bool, bool, usize);

/// A conversation as strace would have shown it, and the truth: how many bytes of each send came to
/// each receive, by the numbers of the calls.
#[derive(Default)]
struct Conversation {
    trace: String,
    calls: usize,
    truth: BTreeMap<(usize, usize), u64>,
    /// What is under way to the server, and to the client: each byte, and the send that it is from.
    under_way: [Vec<(u8, usize)>; 2],
}

impl Conversation {
    /// Both sides send these bytes, again and again.
    fn play(steps: &[Step], bytes: &[u8]) -> Self {
        let mut bytes = [bytes.iter().copied().cycle(), bytes.iter().copied().cycle()];
        let mut all = Self::default();
        for (client, sends, count) in steps {
            let side = usize::from(*client);
            if *sends {
                let sent: Vec<u8> = bytes[side].by_ref().take(*count).collect();
                all.under_way[1 - side].extend(sent.iter().map(|byte| (*byte, all.calls)));
                all.call(*client, "sendto", &sent);
            } else {
                let count = (*count).min(all.under_way[side].len());
                let received: Vec<_> = all.under_way[side].drain(..count).collect();
                if received.is_empty() {
                    continue;
                }
                for (_, sent) in &received {
                    *all.truth.entry((*sent, all.calls)).or_default() += 1;
                }
                let received: Vec<u8> = received.into_iter().map(|(byte, _)| byte).collect();
                all.call(*client, "recvfrom", &received);
            }
        }
        all
    }

    fn call(&mut self, client: bool, name: &str, bytes: &[u8]) {
        let (thread, socket) = match client {
            true => (11, "3<TCP:[127.0.0.1:50001->127.0.0.1:6666]>"),
            // A server at `::` sees the same connection in IPv6's clothes.
            false => (22, "4<TCPv6:[[::ffff:127.0.0.1]:6666->[::ffff:127.0.0.1]:50001]>"),
        };
        let shown: String = bytes.iter().map(|byte| format!("\\{byte:03o}")).collect();
        let (count, time) = (bytes.len(), 1_000_000_000 + self.calls * 10);
        let line = format!("{name}({socket}, \"{shown}\", {count}, 0, NULL, 0) = {count}");
        writeln!(
            self.trace,
            "{thread} {}.{:09} {line} <0.000000005>",
            time / 1_000_000_000,
            time % 1_000_000_000
        )
        .expect("a String takes anything");
        self.calls += 1;
    }
}

proptest! {
    /// However a stream is cut and joined, each byte is found again.
    #[test]
    fn every_byte_is_paired_with_the_call_that_sent_it(
        steps in prop::collection::vec((any::<bool>(), any::<bool>(), 1..40_usize), 1..60),
        bytes in prop::collection::vec(any::<u8>(), 1..50),
    ) {
        let conversation = Conversation::play(&steps, &bytes);
        let recording = recording("", &[conversation.trace.as_str().into()], None, |_| None);
        prop_assert_eq!(recording.calls.len(), conversation.calls);
        let mut found = BTreeMap::new();
        for pair in &recording.pairs {
            *found.entry((pair.sent, pair.received)).or_insert(0) += pair.count;
        }
        prop_assert_eq!(found, conversation.truth);
    }

    /// A recording that begins in the middle of a stream says nothing, or the truth.
    #[test]
    fn what_began_before_the_recording_is_not_taken_for_something_else(
        steps in prop::collection::vec((any::<bool>(), any::<bool>(), 1..40_usize), 1..60),
        missing in 1..6_usize,
    ) {
        // Fewer than 256 bytes are missing, so each byte that is there differs from what is expected.
        let bytes: Vec<u8> = (0..=255).collect();
        let conversation = Conversation::play(&steps, &bytes);
        let lines: Vec<_> = conversation.trace.lines().skip(missing).collect();
        let recording = recording("", &[lines.join("\n").as_str().into()], None, |_| None);
        for pair in &recording.pairs {
            let numbers = (pair.sent + missing, pair.received + missing);
            let true_count = conversation.truth.get(&numbers).copied().unwrap_or(0);
            prop_assert!(pair.count <= true_count, "{numbers:?}: {} of {true_count}", pair.count);
        }
    }
}
