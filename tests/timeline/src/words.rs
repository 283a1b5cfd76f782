//! Calls, in words that a reader knows.

use crate::recording::{Bytes, Call, Recording, Waited};
use crate::transfer::RECEIVES;

/// How many letters of what was sent or received stand in a picture.
const LETTERS: usize = 14;

/// A call as a label: its name, and what it sent or received.
pub(crate) fn label(call: &Call) -> String {
    let is_standard = call.socket.is_none();
    let name = match call.name.as_str() {
        "write" | "writev" if is_standard => "prints",
        "read" | "readv" if is_standard => "reads",
        "accept4" => "accept",
        "recvfrom" => "recv",
        "sendto" => "send",
        "exit" | "exit_group" => "ends",
        "clone" | "clone3" => "new thread",
        name => name,
    };
    match (&call.bytes, &call.error) {
        (_, Some(error)) => format!("{name} {error}"),
        (Some(bytes), None) if bytes.count == 0 => format!("{name} 0"),
        (Some(bytes), None) => format!("{name} \"{}\"", shortened(bytes)),
        (None, None) => name.to_owned(),
    }
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

/// What happens in a call, as a sentence. A number of a call is its place in the recording.
pub fn sentence(recording: &Recording, number: usize) -> String {
    let call = &recording.calls[number];
    let mut told = format!("{} {}", who(recording, number), does(recording, number));
    let cause = call.woken_by.map(|cause| {
        let by = who(recording, cause);
        format!("what {by} did with {}", recording.calls[cause].name)
    });
    match (call.waited, cause, call.end) {
        (_, _, None) if !matches!(call.name.as_str(), "exit" | "exit_group") => {
            told += " It was still in it when the recording ended.";
        }
        (Waited::Yes, Some(cause), _) => told += &format!(" It waited for {cause}."),
        (Waited::Yes, None, _) if call.result.starts_with("? ERESTART") => {
            told += " It waited until a signal came.";
        }
        (Waited::Yes, None, _) => told += " It waited until its time was over.",
        (Waited::No, Some(_), _) => told += " It did not have to wait: it was there already.",
        _ => {}
    }
    told
}

/// The program and the thread that made a call.
pub(crate) fn who(recording: &Recording, number: usize) -> String {
    let thread = &recording.threads[recording.calls[number].thread];
    let process = &recording.processes[thread.process].name;
    match thread.name.as_str() {
        "main" => process.clone(),
        name => format!("{process}, thread {name},"),
    }
}

/// The names above a lane: the program's, and the thread's.
pub(crate) fn lane_names(recording: &Recording, thread: usize) -> [String; 2] {
    let thread = &recording.threads[thread];
    let name = if thread.name == "main" { String::new() } else { thread.name.clone() };
    [recording.processes[thread.process].name.clone(), name]
}

fn does(recording: &Recording, number: usize) -> String {
    let call = &recording.calls[number];
    if let Some(error) = &call.error {
        return format!("calls {}, which fails with {error}.", call.name);
    }
    if call.result.starts_with("? ERESTART") {
        return format!("calls {}, which does not come to its end.", call.name);
    }
    let there = call.socket.as_ref().and_then(|it| it.there.as_ref());
    let peer = there.map(|it| format!(" {it}")).unwrap_or_default();
    match (call.name.as_str(), &call.bytes) {
        ("accept" | "accept4", _) => {
            "takes a connection from the queue of its listener.".to_owned()
        }
        ("connect", _) => format!("connects to{peer}."),
        ("listen", _) => "lets the kernel take connections for it.".to_owned(),
        ("bind", _) => "gives its socket an address.".to_owned(),
        ("socket", _) => "creates a socket.".to_owned(),
        ("shutdown", _) => "ends its half of the connection.".to_owned(),
        ("close", _) => "closes its socket.".to_owned(),
        ("exit", _) => "ends: the thread does.".to_owned(),
        ("exit_group", _) => "ends, with all its threads.".to_owned(),
        ("clone" | "clone3", _) => "starts a thread.".to_owned(),
        ("write" | "writev", Some(_)) if call.socket.is_none() => "prints.".to_owned(),
        ("read" | "readv", Some(bytes)) if call.socket.is_none() => {
            format!("reads {} of what is typed.", number_of(bytes))
        }
        (name, Some(bytes)) if RECEIVES.contains(&name) => match bytes.count {
            0 => "receives 0 bytes: the other side has ended its half.".to_owned(),
            _ => format!("receives {}.", number_of(bytes)),
        },
        (_, Some(bytes)) => format!("hands {} to the kernel{}.", number_of(bytes), to(&peer)),
        (name, None) => format!("calls {name}."),
    }
}

fn number_of(bytes: &Bytes) -> String {
    if bytes.count == 1 { "1 byte".to_owned() } else { format!("{} bytes", bytes.count) }
}

fn to(peer: &str) -> String {
    if peer.is_empty() { String::new() } else { format!(", for{peer}") }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, shortened};

    #[test]
    fn a_long_text_is_cut_between_two_letters() {
        let bytes = |shown: &str| Bytes { count: 99, shown: shown.to_owned(), cut: false };
        assert_eq!(shortened(&bytes("hello\\n")), "hello\\n");
        assert_eq!(shortened(&bytes("0123456789a\\x1b[2J")), "0123456789a…");
    }
}
