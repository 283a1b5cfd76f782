//! What differs from run to run, replaced by what does not.

use regex_lite::{Captures, Regex};

/// Process ids become 4711 and on, ports that the kernel chose 50001 and on, and tcpdump's first
/// sequence numbers 1000, 2000 and on, each in the order of appearance. Addresses in memory,
/// tcpdump's windows and options, and hundredths of a second are left out.
pub fn stable(text: &str) -> String {
    let text = pattern(r", win \d+|, options \[[^\]]*\]").replace_all(text, "");
    let text = pattern(r"\b0x[0-9a-f]{9,}").replace_all(&text, "0x7ff…");
    let text = pattern(r"after 0\.5\d s").replace_all(&text, "after 0.50 s");
    let text = sequence_numbers(&text);
    let ids = numbers(&text, r"(?:pid[= ]|-p |trace\.)(\d+)");
    let text = numbered(&text, &ids, 4711);
    let ports = numbers(&text, r"\b(3[2-9]\d{3}|[45]\d{4}|60\d{3})\b");
    numbered(&text, &ports, 50001)
}

/// Every different number that the pattern's first group finds, in the order of appearance.
fn numbers(text: &str, numbers: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for number in pattern(numbers).captures_iter(text) {
        if !found.contains(&number[1].to_owned()) {
            found.push(number[1].to_owned());
        }
    }
    found
}

/// Wherever one of the numbers stands, its place in the list, counted from `first`.
fn numbered(text: &str, numbers: &[String], first: usize) -> String {
    let replaced = pattern(r"\d+").replace_all(text, |found: &Captures| {
        let index = numbers.iter().position(|number| *number == found[0]);
        index.map_or(found[0].to_owned(), |index| (first + index).to_string())
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
