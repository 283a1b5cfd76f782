//! Lines to stdout and from stdin.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::process;

/// What one line of input was.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// A line within the limit, without its line ending; it may be empty.
    Line(String),
    /// A line over the limit. It has been read to its end and thrown away.
    TooLong,
    /// A line within the limit that is not UTF-8.
    NotText,
    /// The input has ended: Ctrl-D on a terminal, or the end of a pipe or file.
    End,
}

/// Prints one line, as `println!` does, but where `println!` panics because nobody reads any more
/// (`… | head -1`), the program ends quietly.
///
/// The line goes out whole, in one write under the lock of stdout, so that lines of different
/// threads never mix.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::print(&format!("{}\n", format_args!($($text)*))) };
}

/// Prints one line of the program's own report, marked `[INFO]`; otherwise as [`say!`].
#[macro_export]
macro_rules! info {
    ($($text:tt)*) => { $crate::print(&format!("[INFO] {}\n", format_args!($($text)*))) };
}

/// Prints `prompt`, then reads one line of at most `limit` bytes from stdin.
///
/// Whatever is typed, no more than the limit is ever held in memory. Fails if stdin cannot be read.
pub fn ask(prompt: &str, limit: usize) -> io::Result<Typed> {
    print(prompt);
    let typed = read_typed(&mut io::stdin().lock(), limit)?;
    if typed == Typed::End {
        say!(""); // nobody pressed Enter: end the prompt's line ourselves
    }
    Ok(typed)
}

/// Reads one line of at most `limit` bytes, as [`ask`] does, without a prompt.
pub fn read_typed(input: &mut impl BufRead, limit: usize) -> io::Result<Typed> {
    let mut line = Vec::new();
    // Two bytes more than the limit: the line may end in \r\n.
    let most = limit as u64 + 2;
    if input.take(most).read_until(b'\n', &mut line)? == 0 {
        return Ok(Typed::End);
    }
    if line.ends_with(b"\n") {
        line.pop();
        if line.ends_with(b"\r") {
            line.pop();
        }
    } else if line.len() as u64 == most {
        input.skip_until(b'\n')?;
    }
    if line.len() > limit {
        return Ok(Typed::TooLong);
    }
    Ok(String::from_utf8(line).map_or(Typed::NotText, Typed::Line))
}

// ANCHOR: print
/// Writes `text` to stdout at once; [`say!`] and [`info!`] are made of it.
///
/// Does not return if stdout is gone: the program ends, with status 0 if its reader has left, and
/// with status 1 and a line on stderr if the text could not be written, to a full disk for one.
pub fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    let printed = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    match printed {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => process::exit(0),
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: cannot print: {error}");
            process::exit(1);
        }
    }
}
// ANCHOR_END: print

#[cfg(test)]
mod tests {
    use super::{Typed, read_typed};

    fn lines(mut input: &[u8]) -> Vec<Typed> {
        let mut lines = Vec::new();
        loop {
            lines.push(read_typed(&mut input, 4).expect("memory can be read"));
            if lines.last() == Some(&Typed::End) {
                return lines;
            }
        }
    }

    #[test]
    fn a_line_ends_at_its_newline_or_with_the_input() {
        let line = |text: &str| Typed::Line(text.into());
        assert_eq!(
            lines(b"one\n\ntwo\r\nfour\r\nend"),
            [line("one"), line(""), line("two"), line("four"), line("end"), Typed::End]
        );
    }

    #[test]
    fn a_line_over_the_limit_is_thrown_away_whole() {
        assert_eq!(
            lines(b"fives\nand-seventeen-b\nok\nsevenxx"),
            [Typed::TooLong, Typed::TooLong, Typed::Line("ok".into()), Typed::TooLong, Typed::End]
        );
    }

    #[test]
    fn a_line_that_is_not_utf_8_is_told_apart() {
        assert_eq!(lines(b"\xff\n"), [Typed::NotText, Typed::End]);
    }
}
