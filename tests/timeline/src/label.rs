//! Calls, as labels of a picture.

use crate::recording::{Bytes, Call};
use crate::strace::bytes;
use crate::words::{is_thread, option};

/// How many letters of what was sent or received stand in a picture.
const LETTERS: usize = 12;

/// What stands beside a call.
pub(crate) struct Label {
    /// What is called: `recv`.
    pub(crate) name: String,
    /// Below it: what was sent or received, the error, or what the call is about.
    pub(crate) detail: Option<String>,
}

impl Label {
    /// The label of a call. What came of it is left out if it is not over yet.
    pub(crate) fn of(call: &Call, is_over: bool) -> Self {
        let is_standard = call.socket.is_none();
        let argument = |at: usize| call.arguments.get(at).map_or("", String::as_str);
        let name = match call.name.as_str() {
            "write" | "writev" if is_standard => "prints",
            "read" | "readv" if is_standard => "reads",
            "accept4" => "accept",
            "recvfrom" => "recv",
            "sendto" => "send",
            "exit" | "exit_group" => "ends",
            "clone" | "clone3" if is_thread(call) => "new thread",
            "clone" | "clone3" | "fork" | "vfork" => "new process",
            "clock_nanosleep" | "nanosleep" => "sleeps",
            "futex" if argument(1).starts_with("FUTEX_WAKE") => "wakes",
            "futex" => "waits",
            "fcntl" | "ioctl" if is_blocking(call) => "blocking",
            "fcntl" | "ioctl" => "non-blocking",
            name => name,
        };
        let detail = match (&call.bytes, &call.error) {
            _ if !is_over => None,
            (_, Some(error)) => Some(error.clone()),
            (Some(bytes), None) if bytes.count == 0 => Some("0".to_owned()),
            (Some(bytes), None) => Some(format!("\"{}\"", shortened(bytes))),
            (None, None) if call.name == "setsockopt" => {
                let time = timeout(call).map_or(String::new(), |time| format!(" {time}"));
                Some(option(argument(2)).trim_start_matches("SO_").to_owned() + &time)
            }
            (None, None) => None,
        };
        Self { name: name.to_owned(), detail }
    }
}

/// Whether a call that is about waiting switches it on, and not off.
pub(crate) fn is_blocking(call: &Call) -> bool {
    match call.name.as_str() {
        "ioctl" => call.arguments.last().is_some_and(|value| value == "[0]"),
        _ => !call.arguments.last().is_some_and(|flags| flags.contains("O_NONBLOCK")),
    }
}

/// The time that an option is set to: `0.5 s`. Nothing, if it is none of a time.
///
/// strace 6.1 shows it as it is, seconds and microseconds of eight bytes each; others take it apart.
pub(crate) fn timeout(call: &Call) -> Option<String> {
    let is_time = call.arguments.get(2).is_some_and(|it| it.contains("TIMEO"));
    let (value, _) = bytes(call.arguments.get(3).filter(|_| is_time)?)?;
    let number = |at: usize| Some(i64::from_le_bytes(value.get(at..at + 8)?.try_into().ok()?));
    let (seconds, microseconds) = (number(0)?, number(8)?);
    Some(format!("{} s", seconds as f64 + microseconds as f64 / 1e6))
}

/// The beginning of what was sent or received, never cut within an escape.
fn shortened(bytes: &Bytes) -> String {
    let mut shown = String::new();
    let mut rest = bytes.shown.as_str();
    while let Some(length) = letter(rest) {
        if shown.chars().count() + length > LETTERS {
            return shown + "…";
        }
        shown.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    if bytes.cut { shown + "…" } else { shown }
}

/// How long the first letter of an escaped text is: `a`, `\n` or `\x1b`.
fn letter(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    match (first, text.as_bytes().get(1)) {
        ('\\', Some(b'x')) => Some(text.len().min(4)),
        ('\\', Some(_)) => Some(2),
        _ => Some(first.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, shortened};

    #[test]
    fn a_long_text_is_cut_between_two_letters() {
        let bytes = |shown: &str| Bytes { count: 99, shown: shown.to_owned(), cut: false };
        assert_eq!(shortened(&bytes("hello\\n")), "hello\\n");
        assert_eq!(shortened(&bytes("0123456789\\x1b[2J")), "0123456789…");
    }
}
