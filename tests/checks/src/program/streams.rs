//! What goes through a program's stdin, stdout and stderr as a whole, not line by line.

use std::borrow::Cow;

use super::missing;
use crate::words::{difference, quoted, quoted_or_nothing, same};
use crate::{Failed, Played, Program};

impl Program {
    /// Gives it this as its whole input, which it may take when it will.
    pub fn is_fed(&self, bytes: impl Into<Cow<'static, [u8]>>) {
        let bytes = bytes.into();
        self.stage.tell("stdin", format_args!("holds {}, then ends", quoted_or_nothing(&bytes)));
        self.process.feed(bytes);
    }

    /// Waits for exactly these bytes as the next on stdout, in one piece or in many.
    pub fn delivers(&self, expected: &[u8]) -> Played {
        let wanted = format!("{} as the next bytes on stdout", quoted(expected));
        let enough = self.stage.awaits(|| {
            let came = self.delivered();
            (came.len() >= expected.len() || !expected.starts_with(&came)).then_some(())
        });
        if self.delivered().starts_with(expected) {
            self.read.set(self.read.get() + expected.len());
            self.stage.tell("your program", format_args!("writes {}", quoted(expected)));
            return Ok(());
        }
        self.stage.hears_all();
        let came = self.delivered();
        Err(match enough {
            Ok(()) => Failed::fail(wanted, quoted(&came)),
            Err(silence) if came.is_empty() => missing(&wanted, silence),
            Err(silence) => Failed {
                came: format!("{}, then {}", quoted(&came), silence.told()),
                ..missing(&wanted, silence)
            },
        })
    }

    /// What has come on its stdout and has not been asked for.
    pub(crate) fn delivered(&self) -> Vec<u8> {
        self.process.stdout.from(self.read.get())
    }

    /// Fails unless its stdout has been exactly this. It must have ended.
    pub fn has_written(&self, expected: &[u8]) -> Played {
        let came = self.process.stdout.from(0);
        let wanted = format!("{} on stdout", quoted_or_nothing(expected));
        let right = same(expected, &came);
        if right < expected.len().max(came.len()) {
            return Err(Failed::fail(wanted, difference(expected, right, &came[right..])));
        }
        self.stage.tell("your program", format_args!("has written {wanted}"));
        Ok(())
    }

    /// All that it has written to stderr so far.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.process.stderr.from(0)).into_owned()
    }

    /// Fails unless its stderr has been this one line. It must have ended.
    pub fn has_complained(&self, line: &str) -> Played {
        let wanted = format!("one line on stderr: {line}");
        let stderr = self.stderr();
        match stderr.strip_suffix('\n').unwrap_or(&stderr) {
            "" => Err(Failed::fail(wanted, "nothing on stderr")),
            complaint if complaint == line => {
                self.stage.tell("your program", format_args!("says on stderr: {line}"));
                Ok(())
            }
            _ => Err(Failed::fail(wanted, quoted(stderr.as_bytes()))),
        }
    }
}
