//! Bytes, errors and exit statuses in words.

use std::process::ExitStatus;

/// How many bytes are shown of what was sent or received.
pub const MOST: usize = 120;

/// `"hello" (5 bytes)`: everything but printable ASCII is escaped, and long ones are cut; of long ones
/// that are no text, their length has to do.
pub fn quoted(bytes: &[u8]) -> String {
    let count = counted(bytes.len(), "byte");
    if bytes.len() > MOST
        && bytes[..MOST].iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
    {
        format!("{count} that are no text")
    } else if bytes.len() > MOST {
        format!("\"{}…\" ({count})", bytes[..MOST / 2].escape_ascii())
    } else {
        format!("\"{}\" ({count})", bytes.escape_ascii())
    }
}

/// `"hello"`, or the beginning of it: for what goes on, so that its length says nothing.
pub fn beginning(bytes: &[u8]) -> String {
    const MOST: usize = 40;
    match bytes.len() {
        ..MOST => format!("\"{}\"", bytes.escape_ascii()),
        _ => format!("\"{}…\"", bytes[..MOST].escape_ascii()),
    }
}

/// `"hello"`: a line as it stands on a terminal, so that `é` is shown as `é`.
pub fn line(text: &str) -> String {
    format!("\"{}\"", shown(text, MOST))
}

/// The beginning of a line, with what could drive a terminal escaped.
pub(crate) fn shown(line: &str, width: usize) -> String {
    let mut shown = String::new();
    for character in line.chars().take(width) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// `1 byte`, `2 bytes`.
pub fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// How a program ended.
pub fn ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("has been ended by signal {signal}");
    }
    match status.code() {
        Some(101) => "has panicked (exit status 101)".to_owned(),
        Some(code) => format!("has ended with exit status {code}"),
        None => "has ended".to_owned(),
    }
}

/// As [`quoted`], and "nothing" if that is what it is.
pub fn quoted_or_nothing(bytes: &[u8]) -> String {
    if bytes.is_empty() { "nothing".to_owned() } else { quoted(bytes) }
}

/// What came instead of `expected`: its first `right` bytes, then `rest`. Of long ones it says where
/// they differ, and not how much has come, which differs from run to run.
pub fn difference(expected: &[u8], right: usize, rest: &[u8]) -> String {
    let total = expected.len().max(right + rest.len());
    match rest {
        [] if right == expected.len() => "all of it".to_owned(),
        [] if right == 0 => "nothing".to_owned(),
        _ if total <= MOST => quoted(&[&expected[..right], rest].concat()),
        [] => "only the beginning of it".to_owned(),
        _ if right == expected.len() => {
            format!("all of it, and then more: {}", beginning(rest))
        }
        _ if right > 0 && rest.starts_with(&expected[..TELLING.min(expected.len())]) => {
            "a part of it, and then its beginning once more".to_owned()
        }
        [is, ..] => format!(
            "something else: byte {} should be {:#04x}, and is {is:#04x}",
            right + 1,
            expected[right]
        ),
    }
}

/// So many bytes do not come twice by chance.
pub const TELLING: usize = 8;

/// How many bytes are the same at the beginning of both.
pub fn same(one: &[u8], other: &[u8]) -> usize {
    const STEP: usize = 4096; // whole slices are compared much faster than byte after byte
    let pieces = one.chunks_exact(STEP).zip(other.chunks_exact(STEP));
    let start = pieces.take_while(|(one, other)| one == other).count() * STEP;
    let rest = one[start..].iter().zip(&other[start..]);
    start + rest.take_while(|(one, other)| one == other).count()
}
