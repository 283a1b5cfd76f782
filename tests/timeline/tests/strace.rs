//! What strace prints, taken apart.

mod traces;

use proptest::prelude::*;
use timeline::strace::{Call, Trace, What, bytes, calls, descriptor, socket_address};

use crate::traces::recorded;

const RECORDED: &[&str] = &[
    "attached.txt",
    "chapter_03.txt",
    "chapter_04.txt",
    "every_call.txt",
    "http_client.txt",
    "http_server.txt",
    "nc_client.txt",
    "nc_server.txt",
    "python.txt",
    "room.txt",
    "room_bob.txt",
];

/// The first call of this name for which a text stands in its arguments.
#[track_caller]
fn call<'a>(trace: &'a Trace, name: &str, with: &str) -> &'a Call {
    let is_it =
        |call: &&Call| call.name == name && call.arguments.iter().any(|it| it.contains(with));
    trace.calls.iter().find(is_it).unwrap_or_else(|| panic!("no {name} with {with}"))
}

/// How many lines of stacks were understood.
fn frames(trace: &Trace) -> usize {
    let calls = trace.calls.iter().map(|call| call.stack.len());
    calls.chain(trace.events.iter().map(|event| event.stack.len())).sum()
}

#[test]
fn every_line_of_what_was_recorded_is_understood() {
    for name in RECORDED {
        let text = recorded(name);
        let trace = calls(&text);
        assert_eq!(trace.unknown, [], "{name}");
        // A call that is resumed has two lines, and each frame of a stack has one.
        let resumed = text.lines().filter(|line| line.contains(" resumed>")).count();
        let frames = frames(&trace);
        let lines = trace.calls.len() + trace.events.len() + resumed + frames;
        assert_eq!(lines, text.lines().count(), "{name}");
    }
}

/// Of the network's calls, those that something is told of; the others are named only.
const NETWORK: &[&str] = &[
    "socket",
    "bind",
    "listen",
    "accept",
    "accept4",
    "connect",
    "sendto",
    "sendmsg",
    "recvfrom",
    "recvmsg",
    "shutdown",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "socketpair",
];

#[test]
fn every_call_that_is_recorded_is_in_a_trace() {
    let arguments = timeline::tool::arguments(std::path::Path::new("trace"), false);
    let asked = arguments.iter().find_map(|it| it.strip_prefix("trace=")).expect("it names calls");
    let names = asked.split(',').map(str::trim).filter(|name| *name != "%network");
    let traces: Vec<Trace> = RECORDED.iter().map(|name| calls(&recorded(name))).collect();
    let is_there =
        |name: &str| traces.iter().any(|trace| trace.calls.iter().any(|call| call.name == name));
    let missing: Vec<_> =
        names.chain(NETWORK.iter().copied()).filter(|name| !is_there(name)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn a_call_says_its_arguments_its_result_and_its_time() {
    let trace = calls(&recorded("nc_client.txt"));
    let write = call(&trace, "write", "hello");
    assert_eq!(write.arguments.len(), 3);
    assert_eq!(bytes(&write.arguments[1]), Some((b"hello\n".to_vec(), true)));
    assert_eq!((write.outcome.number, &write.outcome.error), (Some(6), &None));
    assert_eq!(write.end.map(|end| end - write.start), Some(72_848));
    let socket = descriptor(&write.arguments[0]).expect("a descriptor");
    assert_eq!((socket.number, socket.protocol()), (3, Some("TCP")));
    let ends = ("127.0.0.1:47106".to_owned(), "127.0.0.1:7171".to_owned());
    assert_eq!(socket.connection(), Some(ends));
    let connect = call(&trace, "connect", "7171");
    assert_eq!(connect.outcome.error.as_deref(), Some("EINPROGRESS"));
    assert_eq!(socket_address(&connect.arguments[1]), "127.0.0.1:7171".parse().ok());
}

#[test]
fn a_call_that_others_get_in_between_is_put_together() {
    let trace = calls(&recorded("python.txt"));
    let accept = call(&trace, "accept4", "TCPv6");
    assert_eq!(socket_address(&accept.arguments[1]), "[::1]:43828".parse().ok());
    assert_eq!((accept.arguments.len(), accept.outcome.number), (4, Some(9)));
    let result = descriptor(&accept.outcome.text).expect("a descriptor");
    assert_eq!(result.connection().map(|it| it.1).as_deref(), Some("[::1]:43828"));
    let receive = call(&trace, "recvfrom", "from six");
    assert_eq!(receive.took, Some(100_263_800));
    assert!(receive.end == receive.told && receive.end > Some(receive.start + 100_263_800));
    let send = call(&trace, "sendto", "from six");
    assert!(send.end < receive.end.map(|end| end + 1_000_000), "they overlap");
    assert_eq!(send.arguments.len(), 6);
}

#[test]
fn an_interrupted_call_is_no_failure_and_what_resumes_it_is_another() {
    let trace = calls(&recorded("attached.txt"));
    let poll = call(&trace, "poll", "events=POLLIN");
    assert!(poll.outcome.is_interrupted() && poll.outcome.error.is_none(), "{poll:?}");
    let restart = call(&trace, "restart_syscall", "resuming interrupted poll");
    assert_eq!(restart.outcome.number, Some(1));
    let signals = trace.events.iter().filter(|it| matches!(it.line.what, What::Signal(_))).count();
    assert_eq!(signals, 3, "SIGSTOP, what it does, and SIGCONT");
    // strace let go of it here.
    let last = trace.calls.last().expect("calls");
    assert_eq!((last.name.as_str(), last.end, last.arguments.len()), ("poll", None, 3));
}

#[test]
fn a_call_that_was_stopped_is_gone_on_with_by_another() {
    let trace = calls(&recorded("room_bob.txt"));
    let again = call(&trace, "restart_syscall", "resuming interrupted poll");
    let before = trace.calls.iter().rfind(|call| call.start < again.start).expect("there is one");
    assert_eq!(before.name, "poll");
    assert!(before.outcome.is_interrupted());
    let signals = trace.events.iter().filter_map(|event| match &event.line.what {
        What::Signal(signal) => signal.split(' ').next(),
        _ => None,
    });
    assert_eq!(signals.collect::<Vec<_>>(), ["SIGSTOP", "stopped", "SIGCONT"]);
}

#[test]
fn a_call_in_which_the_trace_ends_has_no_end() {
    let trace = calls(&recorded("chapter_04.txt"));
    let accept = trace.calls.last().expect("calls");
    assert_eq!((accept.name.as_str(), accept.end), ("accept4", None));
    assert_eq!(accept.arguments, ["3<TCP:[127.0.0.1:7070]>"]);
    assert!(!trace.calls[trace.calls.len() - 3].stack.is_empty());
}

#[test]
fn bytes_are_what_the_program_has_written() {
    let trace = calls(&recorded("python.txt"));
    let send = call(&trace, "sendto", "two");
    assert_eq!(bytes(&send.arguments[1]), Some((b"two\0\xff\"\\".to_vec(), true)));
    assert_eq!(bytes(r#""\33[1m\1774"..."#), Some((b"\x1b[1m\x7f4".to_vec(), false)));
    assert_eq!(bytes("0x7f4248e7d370"), None);
}

#[test]
fn what_is_not_understood_is_kept() {
    let text = "what is this\n12 1.000000001 <... read resumed>\"\", 5) = 0 <0.000000001>\n\n > /a(b) [0x1]\n";
    let trace = calls(text);
    let expected = [
        (1, "what is this".to_owned()),
        (2, "12 1.000000001 <... read resumed>\"\", 5) = 0 <0.000000001>".to_owned()),
        (4, " > /a(b) [0x1]".to_owned()),
    ];
    assert_eq!((trace.unknown.as_slice(), trace.calls.len()), (expected.as_slice(), 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))] // each takes a whole trace apart

    /// Whatever stands in a trace, nothing of it is lost, and nothing of it is fatal.
    #[test]
    fn any_text_will_do(name in prop::sample::select(RECORDED), from in 0..400_usize, at in 0..200_usize, put in "\\PC{0,8}") {
        let text = recorded(name);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let line = from % lines.len();
        let at = lines[line].char_indices().map(|(at, _)| at).nth(at).unwrap_or(lines[line].len());
        lines[line].insert_str(at, &put);
        let cut = lines[line].char_indices().map(|(at, _)| at).nth(at).unwrap_or(0);
        lines.insert(line, lines[line][..cut].to_owned());
        let trace = calls(&lines.join("\n"));
        let known = trace.calls.len() + trace.events.len() + trace.unknown.len()
            + frames(&trace);
        let resumed = lines.iter().filter(|line| line.contains(" resumed>")).count();
        let told = lines.iter().filter(|line| !line.trim().is_empty()).count();
        prop_assert!(known <= told && known + resumed >= told, "{known} of {told}");
    }
}

proptest! {
    /// What strace writes for bytes is what they were, whatever they are.
    #[test]
    fn any_bytes_survive(sent in prop::collection::vec(any::<u8>(), 0..40)) {
        // As print_quoted_string of strace: octal, with as few digits as the next character allows.
        let mut text = String::from("\"");
        for (at, byte) in sent.iter().enumerate() {
            let next_is_digit = sent.get(at + 1).is_some_and(u8::is_ascii_digit);
            match byte {
                b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
                b'\n' => text.push_str("\\n"),
                b'\t' => text.push_str("\\t"),
                b'\r' => text.push_str("\\r"),
                0x0b => text.push_str("\\v"),
                0x0c => text.push_str("\\f"),
                b' '..=b'~' => text.push(char::from(*byte)),
                _ if next_is_digit => text.push_str(&format!("\\{byte:03o}")),
                _ => text.push_str(&format!("\\{byte:o}")),
            }
        }
        text.push('"');
        prop_assert_eq!(bytes(&text), Some((sent, true)));
    }
}
