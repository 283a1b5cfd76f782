//! Calls, as labels of a picture.

use crate::recording::{Bytes, Call};
use crate::words::option;

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
            "clone" | "clone3" => "new thread",
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
            (None, None) if call.name == "setsockopt" => Some(option(argument(2)).to_owned()),
            (None, None) => None,
        };
        Self { name: name.to_owned(), detail }
    }
}

/// Whether a call that is about waiting switches it on, and not off.
pub(crate) fn is_blocking(call: &Call) -> bool {
    call.arguments.last().is_some_and(|value| value == "[0]")
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
