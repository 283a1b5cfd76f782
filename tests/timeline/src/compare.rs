//! What must be the same in every run of the same conversation: each thread's calls, what they
//! returned, and whose bytes they received.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::recording::{Call, Recording, Thread};

/// A recording as text that is the same in every run: each thread, by program and name, with its calls.
///
/// Times are left out, and so is who waited, which depends on who was quicker. The numbers of ports,
/// descriptors, threads, sockets and pipes are N. Two kinds of calls are left out, for it depends on who
/// is quicker whether there are any: waits for other threads (futex), and the ends of threads and
/// programs, one of which may come with the other.
pub fn told(recording: &Recording) -> String {
    let mut text = String::new();
    let counts =
        |it: &usize| !matches!(recording.calls[*it].name.as_str(), "futex" | "exit" | "exit_group");
    let counted: Vec<usize> = (0..recording.calls.len()).filter(counts).collect();
    let names = names(recording);
    // Each call by its thread, and its number within that.
    let mut places: HashMap<usize, String> = HashMap::new();
    let mut numbers = vec![0; names.len()];
    for call in &counted {
        let thread = recording.calls[*call].thread;
        numbers[thread] += 1;
        places.insert(*call, format!("{} #{}", names[thread], numbers[thread]));
    }
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|thread| (recording.threads[*thread].process, &names[*thread]));
    for thread in order {
        let name = &names[thread];
        writeln!(text, "{name}").expect("a String takes everything");
        for call in counted.iter().filter(|call| recording.calls[**call].thread == thread) {
            let line = line(&recording.calls[*call]);
            writeln!(text, "  {line}").expect("a String takes everything");
            for cause in causes(recording, *call, &places) {
                writeln!(text, "    {cause}").expect("a String takes everything");
            }
        }
    }
    text
}

/// The threads' names; where several have the same, with a number.
fn names(recording: &Recording) -> Vec<String> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let name = |thread: &Thread| {
        let process = recording.processes[thread.process].called();
        // A thread that has no name goes by its id.
        let has_name = thread.name.parse::<u32>().is_err();
        let name = stable(&format!("{process}, {}", if has_name { &thread.name } else { "N" }));
        let number = known.entry(name.clone()).or_default();
        *number += 1;
        if *number == 1 { name } else { format!("{name} ({number})") }
    };
    recording.threads.iter().map(name).collect()
}

fn line(call: &Call) -> String {
    let makes_threads = matches!(call.name.as_str(), "clone" | "clone3" | "fork" | "vfork");
    let result = match call.name.as_str() {
        _ if makes_threads => "N",
        _ => &call.result,
    };
    let source = call
        .source
        .as_ref()
        .map_or(String::new(), |source| format!(" at {}:{}", source.file, source.line));
    stable(&format!("{}({}) = {}{source}", call.name, call.arguments.join(", "), result))
}

/// Whose bytes a call received, and whose connection it accepted.
fn causes(recording: &Recording, call: usize, places: &HashMap<usize, String>) -> Vec<String> {
    let pairs = recording.pairs.iter().filter(|pair| pair.received == call);
    let pairs = pairs.map(|pair| {
        format!("<- {} bytes at {} of {}", pair.count, pair.offset, places[&pair.sent])
    });
    let accepted = recording.accepted.iter().filter(|it| it.accept == call);
    let accepted = accepted.map(|it| format!("<- {}", places[&it.connect]));
    pairs.chain(accepted).collect()
}

/// What differs from run to run, replaced: numbers of ports, descriptors, threads, sockets and pipes,
/// places in memory, and times that were measured.
fn stable(text: &str) -> String {
    static DIFFERS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let patterns = [
            (r"((?:127\.0\.0\.1|0\.0\.0\.0)\]?:|\[::1?\]:|htons\()\d+", "${1}N"),
            (r"\b0x[0-9a-f]{6,}", "0xN"),
            (r"((?:socket|pipe|UNIX-\w+|TCP|TCPv6|UDP|UDPv6):\[)\d+(?:->\d+)?\]", "${1}N]"),
            (r"\b\d+<", "N<"),
            (r"(parent_tid=\[)\d+", "${1}N"),
            (r"nothing after \d+\.\d+ s", "nothing after N s"),
            (r#"(SO_(?:RCV|SND)TIMEO(?:_OLD)?, )"(?:[^"\\]|\\.)*""#, "${1}N"),
            (r"tv_nsec=\d+", "tv_nsec=N"),
            (r"(poll\(.*\}\], 1, )\d+", "${1}N"),
        ];
        patterns.map(|(it, by)| (Regex::new(it).expect("a valid pattern"), by)).into()
    });
    let replace =
        |text: String, (pattern, by): &(Regex, &str)| pattern.replace_all(&text, *by).into_owned();
    DIFFERS.iter().fold(text.to_owned(), replace)
}

#[cfg(test)]
mod tests {
    use super::stable;

    #[test]
    fn what_differs_from_run_to_run_is_left_out() {
        for (one, other) in [
            ("socket(AF_INET) = 3<TCP:[49324299]>", "socket(AF_INET) = 4<TCP:[7]>"),
            ("connect(4<UDP:[0.0.0.0:35946]>)", "connect(5<UDP:[0.0.0.0:1]>)"),
            ("3<TCP:[127.0.0.1:1->127.0.0.1:2]>", "4<TCP:[127.0.0.1:66->127.0.0.1:5]>"),
            ("3<UNIX-STREAM:[12->13]>", "3<UNIX-STREAM:[1->2]>"),
            (r#"SO_RCVTIMEO_OLD, "\1\0\"a", 16)"#, r#"SO_RCVTIMEO_OLD, "\0\0", 16)"#),
            ("nothing after 0.50 s", "nothing after 0.61 s"),
            (
                "poll([{fd=3<TCP:[1]>, events=POLLOUT}], 1, 499)",
                "poll([{fd=3<TCP:[2]>, events=POLLOUT}], 1, 500)",
            ),
            ("clone3({parent_tid=[12]}, 88)", "clone3({parent_tid=[13]}, 88)"),
        ] {
            assert_eq!(stable(one), stable(other));
        }
        assert_ne!(stable("recvfrom(3, \"a\", 12) = 1"), stable("recvfrom(3, \"a\", 12) = 2"));
    }
}
