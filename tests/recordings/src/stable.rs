//! What differs from run to run, replaced by what does not.

use regex_lite::{Captures, Regex};

/// Process ids become 4711 and on, ports that the kernel chose 50001 and on, and tcpdump's first
/// sequence numbers 1000, 2000 and on, each in the order of appearance. Addresses in memory,
/// tcpdump's windows and options, what a busy machine adds to a wait, and what it leaves of a timeout
/// are left out. The function in which Linux waits for a futex has another name in each few versions.
pub fn stable(text: &str) -> String {
    let text = pattern(r", win \d+|, options \[[^\]]*\]").replace_all(text, "");
    let text = pattern(r"\b0x[0-9a-f]{9,}").replace_all(&text, "0x7ff…");
    let text = pattern(r"(500ms: nothing after) 0\.[5-9]\d s").replace_all(&text, "$1 0.50 s");
    let text = pattern(r"(blocking: nothing after) 0\.\d\d s").replace_all(&text, "$1 0.00 s");
    let text = pattern(r"\bfutex_\w+ *").replace_all(&text, "futex_wait       ");
    let text = timeouts(&text);
    let text = sequence_numbers(&text);
    let text = numbered(&text, r"(pid[= ]|Process |-p |trace\.)(\d+)", 4711);
    numbered(&text, r"(127\.0\.0\.1[.:]|htons\()(3[2-9]\d{3}|[45]\d{4}|60\d{3})\b", 50001)
}

/// strace shows a receive timeout as a `timeval`'s 16 bytes. One of whole or half seconds was asked
/// for and stays; any other is the rest of a wait, measured.
fn timeouts(text: &str) -> String {
    const WHOLE: &str = r"\0\0\0\0\0\0\0\0";
    const HALF: &str = r" \241\7\0\0\0\0\0"; // 500,000 microseconds, in little-endian
    let timeouts = pattern(r#"(SO_RCVTIMEO_OLD, )"((?:[^"\\]|\\.)*)""#);
    let replaced = timeouts.replace_all(text, |found: &Captures| {
        if found[2].ends_with(WHOLE) || found[2].ends_with(HALF) {
            found[0].to_owned()
        } else {
            format!("{}\"…\"", &found[1])
        }
    });
    replaced.into_owned()
}

/// Each different number that stands where the pattern's second group finds it, as its place in the
/// order of appearance, counted from `first`. The first group says what it is a number of: any other
/// number may happen to be the same.
fn numbered(text: &str, numbers: &str, first: usize) -> String {
    let mut known: Vec<String> = Vec::new();
    let replaced = pattern(numbers).replace_all(text, |found: &Captures| {
        let index = known.iter().position(|number| *number == found[2]).unwrap_or_else(|| {
            known.push(found[2].to_owned());
            known.len() - 1
        });
        format!("{}{}", &found[1], first + index)
    });
    replaced.into_owned()
}

/// A SYN shows the number from which its side counts; the answer to it, one more.
fn sequence_numbers(text: &str) -> String {
    let mut known: Vec<u32> = Vec::new();
    let replaced = pattern(r"\b(seq|ack) (\d{5,10})\b").replace_all(text, |found: &Captures| {
        let number: u32 = found[2].parse().unwrap_or(0);
        let index = known.iter().position(|it| number.wrapping_sub(*it) <= 1);
        let index = index.unwrap_or_else(|| {
            known.push(number);
            known.len() - 1
        });
        let offset = number.wrapping_sub(known[index]) as usize;
        format!("{} {}", &found[1], 1000 * (index + 1) + offset)
    });
    replaced.into_owned()
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

#[cfg(test)]
mod tests {
    use super::stable;

    #[test]
    fn a_number_that_happens_to_be_a_process_id_stays() {
        let text = "127.0.0.1:41022 127.0.0.1:6666 pid=127,fd=3 pid=6666,fd=4 length 41022";
        let same = "127.0.0.1:50001 127.0.0.1:6666 pid=4711,fd=3 pid=4712,fd=4 length 41022";
        assert_eq!(stable(text), same);
    }

    #[test]
    fn what_a_busy_machine_adds_to_a_wait_is_left_out() {
        let busy = "timeout of 500ms: nothing after 0.61 s\nnon-blocking: nothing after 0.01 s";
        let idle = "timeout of 500ms: nothing after 0.50 s\nnon-blocking: nothing after 0.00 s";
        assert_eq!(stable(busy), idle);
    }

    #[test]
    fn of_a_timeout_only_what_was_asked_for_is_shown() {
        let asked = [
            r#"SO_RCVTIMEO_OLD, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16"#,
            r#"SO_RCVTIMEO_OLD, "\1\0\0\0\0\0\0\0 \241\7\0\0\0\0\0", [16]"#,
        ];
        assert_eq!(asked.map(stable), asked);
        let left = r#"SO_RCVTIMEO_OLD, "\1\0\0\0\0\0\0\0\"B\17\0\0\0\0\0", 16"#;
        assert_eq!(stable(left), r#"SO_RCVTIMEO_OLD, "…", 16"#);
    }

    #[test]
    fn sequence_numbers_count_from_a_thousand_on_each_side() {
        let text = "seq 4294967295, length 0\nseq 123456789, ack 0, length 0";
        assert_eq!(stable(text), "seq 1000, length 0\nseq 2000, ack 0, length 0");
    }
}
