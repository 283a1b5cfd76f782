//! Whose bytes a call received, against the truth, where a relay chops and merges what real programs
//! send.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use recordings::timelines::stage::Stage;
use timeline::recording::{Call, Recording};
use timeline::strace::bytes;

/// A message in which every byte comes once: so each tells which call has sent it.
fn message() -> Vec<u8> {
    let all = (0..=u8::MAX).filter(|byte| *byte != b'\n');
    all.chain([b'\n']).collect()
}

/// nc sends the message in these pieces, over a relay, to the server of chapter 06. Returns what was
/// recorded, and where the relay and the server listen.
fn play(pieces: &[usize], chop: usize, seed: u64) -> (Recording, [String; 2]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the project");
    let stage = Stage::new(root);
    let server = stage.start("server", "ch06-framing", &["server", "--port", "0"]);
    let to = server.address().to_string();
    let (chop, seed) = (chop.to_string(), seed.to_string());
    let args = ["tcp", "--to", &to, "--listen", "127.0.0.1:0", "--chop", &chop, "--seed", &seed];
    let relay = stage.start("relay", "relay", &args);
    let over = relay.address();
    let nc = stage.start_command("nc", "nc", &["-N", "127.0.0.1", &over.port().to_string()]);
    server.prints("connected by");
    let message = message();
    let mut rest = &message[..];
    for piece in pieces {
        let (now, later) = rest.split_at((*piece).min(rest.len()));
        nc.writes(now);
        rest = later;
    }
    nc.writes(rest);
    nc.prints("server has received");
    nc.ends_its_input();
    nc.exits_with(0);
    stage.all_wait();
    (stage.recording("A message over a relay"), [over.to_string(), to])
}

/// For each two calls, how many bytes the one has received of the other, by what the bytes are.
fn truth(recording: &Recording, to: &str) -> BTreeMap<(usize, usize), u64> {
    let (mut sent, mut received) = (BTreeMap::new(), BTreeMap::new());
    for (number, call) in recording.calls.iter().enumerate() {
        let sends = matches!(call.name.as_str(), "sendto" | "write" | "sendmsg");
        for byte in content(call) {
            match &call.socket {
                Some(socket) if sends && socket.there.as_deref() == Some(to) => {
                    sent.insert(byte, number);
                }
                Some(socket) if !sends && socket.here.as_deref() == Some(to) => {
                    received.insert(byte, number);
                }
                _ => {}
            }
        }
    }
    let mut truth = BTreeMap::new();
    for (byte, sent) in sent {
        *truth.entry((sent, received[&byte])).or_default() += 1;
    }
    truth
}

fn content(call: &Call) -> Vec<u8> {
    let shown = call.bytes.as_ref().map_or("", |bytes| &bytes.shown);
    bytes(&format!("\"{shown}\"")).expect("it was escaped").0
}

harness::test_with! { recording_tools,
    fn however_a_relay_cuts_each_byte_is_paired_with_the_call_that_sent_it() {
        // Each case starts three programs.
        let config = Config { cases: 8, failure_persistence: None, ..Config::default() };
        let cases = (prop::collection::vec(1..100_usize, 0..12), 1..60_usize, any::<u64>());
        let compared = TestRunner::new(config).run(&cases, |(pieces, chop, seed)| {
            let (recording, addresses) = play(&pieces, chop, seed);
            for to in &addresses {
                let truth = truth(&recording, to);
                prop_assert_eq!(truth.values().sum::<u64>(), 256, "all of it went to {}", to);
                let mut found = BTreeMap::new();
                for pair in &recording.pairs {
                    let socket = recording.calls[pair.sent].socket.as_ref();
                    if socket.is_some_and(|socket| socket.there.as_ref() == Some(to)) {
                        *found.entry((pair.sent, pair.received)).or_default() += pair.count;
                    }
                }
                prop_assert_eq!(found, truth);
            }
            Ok(())
        });
        if let Err(failed) = compared {
            panic!("{failed}");
        }
    }
}
