//! The student's program, while it runs.

use std::cell::Cell;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::look::{descriptors, hides, memory};
use crate::process::Process;
use crate::silence::RESTLESS;
use crate::stage::LOOK;
use crate::words::{ended, line, quoted};
use crate::{Failed, Peer, Played, Silence, Stage};

/// The student's program, while it runs. Dropping it ends it and whatever it has started.
pub struct Program {
    pub(crate) stage: Stage,
    pub(crate) process: Rc<Process>,
    /// How much of its stdout has been read.
    pub(crate) read: Cell<usize>,
    address: Cell<Option<SocketAddr>>,
}

impl Program {
    pub(crate) fn new(stage: &Stage, process: Rc<Process>) -> Self {
        Self { stage: stage.clone(), process, read: Cell::new(0), address: Cell::new(None) }
    }

    /// Its process id; in a jail, the jail's.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Where it listens, which it has said in its first line.
    ///
    /// # Panics
    ///
    /// If it was not started as a server: the check is wrong, not the program.
    pub fn address(&self) -> SocketAddr {
        self.address.get().expect("the program was started as a server")
    }

    /// Reads the address that a server names in its first line.
    pub(crate) fn names_its_address(&self) -> Played {
        const WANTED: &str = "a first line that ends with its address, such as \
            \"[INFO] server start at : 127.0.0.1:40123\"";
        let line = self.stage.awaits(|| self.next_line());
        let line = line.map_err(|silence| missing(WANTED, silence))?;
        let address = line.rsplit(' ').find_map(|word| word.parse().ok());
        let address: SocketAddr =
            address.ok_or_else(|| Failed::fail(WANTED, quoted(line.as_bytes())))?;
        if address.port() == 0 {
            let came = format!(
                "{} (that is what you asked for; getsockname tells what you got)",
                quoted(line.as_bytes())
            );
            return Err(Failed::fail(WANTED, came));
        }
        self.address.set(Some(address));
        self.stage.tell("your program", "listens, and says where");
        Ok(())
    }

    /// Connects to the server, as a client of this name.
    pub fn connect(&self, name: &str) -> Result<Peer, Failed> {
        Peer::connect(&self.stage, name, self.address())
    }

    /// As [`connect`](Self::connect), with the smallest receive buffer that the system allows: while
    /// this client does not read, little is taken for it.
    pub fn connect_with_small_buffer(&self, name: &str) -> Result<Peer, Failed> {
        Peer::connect_with_small_buffer(&self.stage, name, self.address())
    }

    /// So many clients connect, one right behind the other.
    pub fn connect_many(&self, count: usize) -> Result<Vec<Peer>, Failed> {
        Peer::connect_many(&self.stage, count, self.address())
    }

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

    /// Whether a line with `text` has been printed since the last look; everything is read.
    pub fn has_printed(&self, text: &str) -> bool {
        std::iter::from_fn(|| self.next_line()).any(|line| line.contains(text))
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

    /// Waits until the program waits, with all its threads asleep, for whatever comes next.
    pub fn comes_to_rest(&self) -> Played {
        const WANTED: &str = "your program to wait, asleep, until there is something to do";
        const AGAIN: &str = "it wakes up again and again, and finds nothing to do";
        const BUSY: &str = "it keeps a core busy all the time";
        self.stage.settle();
        let mut wakes = Wakes::since_now(&self.process);
        let came = match self.stage.awaits(|| wakes.are_many().then_some(())) {
            Err(Silence::AtRest) => return Ok(()),
            Ok(()) | Err(Silence::Restless) => AGAIN.to_owned(),
            Err(Silence::Busy) => BUSY.to_owned(),
            // A machine under load may not have had the time for as much computing as counts.
            Err(Silence::Deadline(_)) => match self.process.look() {
                Some(look) if !look.asleep => BUSY.to_owned(),
                _ => AGAIN.to_owned(),
            },
            Err(Silence::Ended(status)) => format!("it {}", ended(status)),
            Err(Silence::Flooding) => "it prints without end".to_owned(),
        };
        Err(Failed::fail(WANTED, came))
    }

    /// How many threads it has when it has done what there is to do, those of its descendants
    /// included.
    pub fn threads(&self) -> Result<usize, Failed> {
        self.stage.settle();
        self.count_threads().ok_or_else(|| self.not_to_be_seen("threads"))
    }

    /// How many descriptors it has open when it has done what there is to do, those of its
    /// descendants included.
    pub fn descriptors(&self) -> Result<usize, Failed> {
        self.stage.settle();
        descriptors(self.id()).ok_or_else(|| self.not_to_be_seen("descriptors"))
    }

    /// How much memory it holds when it has done what there is to do, in bytes, that of its
    /// descendants included.
    pub fn memory(&self) -> Result<u64, Failed> {
        self.stage.settle();
        memory(self.id()).ok_or_else(|| self.not_to_be_seen("memory"))
    }

    /// Waits until it has no more descriptors open than at an earlier time.
    pub fn is_back_to_descriptors(&self, before: usize) -> Played {
        self.is_back_to("descriptors", before, |program| descriptors(program.id()))
    }

    /// Waits until it has no more threads than at an earlier time.
    pub fn is_back_to_threads(&self, before: usize) -> Played {
        self.is_back_to("threads", before, |program| program.count_threads())
    }

    fn count_threads(&self) -> Option<usize> {
        Some(self.process.look()?.threads())
    }

    fn is_back_to(
        &self,
        what: &str,
        before: usize,
        count: impl Fn(&Self) -> Option<usize>,
    ) -> Played {
        self.stage.settle(); // it may be about to have more
        let mut now = before;
        let back = self.stage.awaits(|| {
            now = count(self)?;
            (now <= before).then_some(())
        });
        // Not how many, for it may have inherited some from whoever has started the grader.
        let came = match back {
            Ok(()) => {
                self.stage.tell("your program", format_args!("has no more {what} than before"));
                return Ok(());
            }
            Err(Silence::Ended(status)) => format!("it {}", ended(status)),
            Err(_) => format!("it has {} more", now.saturating_sub(before)),
        };
        Err(Failed::fail(format_args!("your program to have no more {what} than before"), came))
    }

    fn not_to_be_seen(&self, what: &str) -> Failed {
        let wanted = format!("to see the {what} of your program");
        match self.process.status() {
            Some(status) => Failed::fail(wanted, format!("it {}", ended(status))),
            None if hides(self.id()) => Failed::fail(wanted, HIDES),
            None => Failed::grader(wanted, "there is nothing to be seen of it in /proc"),
        }
    }

    /// Fails if the program has ended.
    pub fn still_runs(&self) -> Played {
        match self.end() {
            Some(status) => {
                Err(Failed::fail("your program to run on", format!("it {}", ended(status))))
            }
            None => Ok(()),
        }
    }

    /// Waits until the program has done all that there was to do, and fails if it has ended by
    /// then.
    pub fn waits_for_input(&self) -> Played {
        self.stage.settle();
        self.still_runs()
    }

    /// How it has ended; `None` if it still runs.
    pub(crate) fn end(&self) -> Option<ExitStatus> {
        if self.process.runs() {
            return None;
        }
        // What it wrote last may not have been read yet.
        match self.stage.awaits(|| self.process.status()) {
            Ok(status) | Err(Silence::Ended(status)) => Some(status),
            Err(_) => None,
        }
    }

    /// Waits for the program to end by itself with this exit status.
    pub fn exits_with(&self, code: i32) -> Played {
        let wanted = format!("your program to end with exit status {code}");
        let status = self.awaits_the_end(&wanted)?;
        if status.code() != Some(code) {
            return Err(Failed::fail(wanted, format!("it {}", ended(status))));
        }
        self.stage.tell("your program", format_args!("ends with exit status {code}"));
        self.stage.forget(&self.process);
        Ok(())
    }

    /// Waits for the program to end by itself, however it does.
    pub fn ends(&self) -> Played {
        let status = self.awaits_the_end("your program to end")?;
        self.stage.tell("your program", ended(status));
        self.stage.forget(&self.process);
        Ok(())
    }

    fn awaits_the_end(&self, wanted: &str) -> Result<ExitStatus, Failed> {
        match self.stage.awaits(|| self.process.status()) {
            Ok(status) | Err(Silence::Ended(status)) => Ok(status),
            Err(Silence::AtRest) => {
                Err(Failed::timeout(wanted, "it waits, all its threads are asleep"))
            }
            Err(silence) => Err(missing(wanted, silence)),
        }
    }

    /// Stops the program, as a machine does that has other things to do. Until it
    /// [goes on](Self::goes_on), whatever is done to it gets no further than its kernel.
    pub fn is_stopped(&self) -> Played {
        if let Some(status) = self.stops()? {
            return Err(Failed::fail("your program to run on", format!("it {}", ended(status))));
        }
        self.stage.tell("your program", "is stopped for a moment (SIGSTOP)");
        Ok(())
    }

    /// Stops the program and lets it go on, so many times, each time when it has done what there is
    /// to do. If it ends meanwhile, what is awaited next tells so.
    pub fn is_stopped_again_and_again(&self, times: usize) -> Played {
        let what = format!("is stopped (SIGSTOP) and goes on (SIGCONT), {times} times");
        self.stage.tell("your program", what);
        for _ in 0..times {
            if self.stops()?.is_some() {
                break;
            }
            self.continues()?;
        }
        Ok(())
    }

    /// Stops it when it has done what there is to do. Returns how it has ended, if it has.
    fn stops(&self) -> Result<Option<ExitStatus>, Failed> {
        self.stage.settle();
        if let Some(status) = self.process.status() {
            return Ok(Some(status));
        }
        let stopped = self.process.stop(true);
        stopped.map_err(|error| Failed::grader("to stop your program", error))?;
        // The signal is under way, and threads that sleep wake up for it.
        match self.stage.awaits(|| self.process.look()?.stopped.then_some(())) {
            Ok(()) => Ok(None),
            Err(Silence::Ended(status)) => Ok(Some(status)),
            Err(silence) => Err(Failed::grader("to stop your program", silence.told())),
        }
    }

    /// Lets it go on after a stop.
    pub fn goes_on(&self) -> Played {
        self.continues()?;
        self.stage.tell("your program", "goes on (SIGCONT)");
        Ok(())
    }

    fn continues(&self) -> Played {
        let continues = self.process.stop(false);
        continues.map_err(|error| Failed::grader("to let your program go on", error))
    }

    /// Ends the program by force.
    pub fn is_killed(&self) {
        self.process.kill();
        self.stage.forget(&self.process);
        self.stage.tell("your program", "is ended by force (SIGKILL)");
    }

    /// Fails if it has been running for less than this; for a limit that it has to wait out.
    ///
    /// The time that it waited for a core counts, too: a right program's limit runs meanwhile.
    pub fn has_taken(&self, least: Duration) -> Played {
        if self.process.time() < least {
            let wanted = format!("your program to wait for {least:?} at least");
            return Err(Failed::fail(wanted, "it was through before"));
        }
        self.stage.tell("your program", format_args!("has taken {least:?} at least"));
        Ok(())
    }

    /// How long after `start` it has ended. It must have.
    pub fn ended_after(&self, start: Instant) -> Duration {
        self.process.ended_at().unwrap_or_else(Instant::now).saturating_duration_since(start)
    }

    /// All that it has written to stderr so far.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.process.stderr.from(0)).into_owned()
    }

    /// The time that it has spent on a core. `None` where there is no `/proc`, or it has ended.
    pub fn cpu(&self) -> Option<Duration> {
        self.process.look().map(|look| look.cpu)
    }

    fn next_line(&self) -> Option<String> {
        let (line, next) = self.process.stdout.line(self.read.get())?;
        self.read.set(next);
        Some(line)
    }
}

/// What has come where a program was to be looked at.
pub(crate) const HIDES: &str = "it does not let itself be looked at (prctl(2), PR_SET_DUMPABLE)";

/// How often a program has woken up without printing anything.
struct Wakes<'a> {
    process: &'a Process,
    first: Option<(u64, u64)>,
    next_look: Instant,
}

impl<'a> Wakes<'a> {
    fn since_now(process: &'a Process) -> Self {
        Self { process, first: None, next_look: Instant::now() }
    }

    /// Whether it has been so often that it will never rest. A program that prints, and waits for
    /// its output to be taken, is another matter.
    fn are_many(&mut self) -> bool {
        if Instant::now() < self.next_look {
            return false;
        }
        self.next_look = Instant::now() + LOOK;
        let Some(look) = self.process.look() else { return false };
        let (written, sleeps) = (self.process.written(), look.sleeps.values().sum());
        match self.first {
            Some((before, first)) if before == written => sleeps > first + RESTLESS,
            _ => {
                self.first = Some((written, sleeps));
                false
            }
        }
    }
}

/// The failure when `wanted` has not come.
pub(crate) fn missing(wanted: &str, silence: Silence) -> Failed {
    match silence {
        Silence::Ended(_) => Failed::fail(wanted, silence.told()),
        _ => Failed::timeout(wanted, silence.told()),
    }
}
