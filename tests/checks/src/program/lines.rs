//! What a program prints and is typed at, line by line.

use super::missing;
use crate::words::{ended, line, quoted};
use crate::{Failed, Played, Program};

impl Program {
    /// Waits for a line on stdout that contains `text`; what comes before it is passed over.
    pub fn prints(&self, text: &str) -> Result<String, Failed> {
        let mut last = None;
        let found = self.stage.awaits(|| {
            while let Some(line) = self.next_line() {
                if line.contains(text) {
                    return Some(line);
                }
                last = Some(line);
            }
            None
        });
        let line = found.map_err(|silence| {
            let expected = format!("the line \"{text}\" on stdout");
            let came = match last {
                Some(last) => format!(
                    "other lines, the last of them {}; then {}",
                    quoted(last.as_bytes()),
                    silence.told()
                ),
                None => silence.told(),
            };
            Failed { came, ..missing(&expected, silence) }
        })?;
        self.stage.tell("your program", format_args!("prints {}", quoted(line.as_bytes())));
        Ok(line)
    }

    /// Waits for the next line on stdout that contains `word`. It must be exactly `expected`; lines
    /// without the word are passed over.
    pub fn prints_next(&self, word: &str, expected: &str) -> Played {
        let wanted = format!("the line {} on stdout", line(expected));
        let next = || std::iter::from_fn(|| self.next_line()).find(|line| line.contains(word));
        let found = self.stage.awaits(next).map_err(|silence| missing(&wanted, silence))?;
        if found != expected {
            return Err(Failed::fail(wanted, format!("the line {}", line(&found))));
        }
        self.stage.tell("your program", format_args!("prints {}", line(expected)));
        Ok(())
    }

    /// Fails if `text` has been printed at any time, when the program has done what there is to do.
    pub fn has_never_printed(&self, text: &str) -> Played {
        self.stage.settle();
        let printed = self.process.stdout.from(0);
        match String::from_utf8_lossy(&printed).contains(text) {
            true => Err(Failed::fail(
                format_args!("no line \"{text}\" on stdout, for that has not happened"),
                "there is one",
            )),
            false => Ok(()),
        }
    }

    /// Whether a line with `text` has been printed since the last look; everything is read.
    pub fn has_printed(&self, text: &str) -> bool {
        std::iter::from_fn(|| self.next_line()).any(|line| line.contains(text))
    }

    /// The next whole line on stdout, if it is there.
    pub(super) fn next_line(&self) -> Option<String> {
        let (line, next) = self.process.stdout.line(self.read.get())?;
        self.read.set(next);
        Some(line)
    }

    /// Types a line at the program, when it has done all that there was to do before: writes it to
    /// its stdin.
    pub fn types(&self, line: &str) -> Played {
        self.stage.settle();
        self.types_at_once(line)
    }

    /// Types a line at the program, whatever it does.
    pub fn types_at_once(&self, line: &str) -> Played {
        self.stage.tell("keyboard", format_args!("types {line:?} and Enter"));
        self.is_typed_at(&format!("{line}\n"))
    }

    /// Types all of these lines, whatever it does. Nothing of it is told. Together they should fit
    /// into a pipe (64 KiB on Linux, pipe(7)): a program that reads none of them holds up the check.
    pub fn types_lines(&self, lines: &[String]) -> Played {
        self.is_typed_at(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())
    }

    fn is_typed_at(&self, text: &str) -> Played {
        self.process.types(text.as_bytes()).map_err(|_| {
            let came = self.end().map_or("has closed its stdin".to_owned(), ended);
            Failed::fail("your program to read its stdin", format!("your program {came}"))
        })
    }

    /// Ends its input, as Ctrl-D does.
    pub fn ends_input(&self) {
        self.stage.tell("keyboard", "ends the input (Ctrl-D)");
        self.process.stdin.borrow_mut().take();
    }
}
