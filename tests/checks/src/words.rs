//! Bytes, errors and exit statuses in words.

use std::process::ExitStatus;

/// How many bytes are shown of what was sent or received.
const MOST: usize = 120;

/// `"hello" (5 bytes)`: everything but printable ASCII is escaped, and long ones are cut.
pub fn quoted(bytes: &[u8]) -> String {
    let count = match bytes.len() {
        1 => "1 byte".to_owned(),
        count => format!("{count} bytes"),
    };
    if bytes.len() > MOST {
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
