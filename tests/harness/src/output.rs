//! One stream of a program, read by a thread of its own so that the program never waits for us.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use crate::{DEADLINE, uninterrupted};

/// How much is kept of one stream, in bytes. A program that floods must not fill the memory: what
/// it writes beyond this is read and thrown away.
const MOST: usize = 64 << 20;

/// What a program has written to stdout or stderr so far, and how much of it has been taken.
#[derive(Clone)]
pub(crate) struct Output(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    taken: usize,
    ended: bool,
}

/// What comes next in a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A line, without its newline; the last one may have had none.
    Line(String),
    /// A line that has no newline yet, and ends as a prompt does.
    Prompt(String),
    /// The stream has ended: the program, and whoever inherited the stream from it, closed it.
    End,
    /// Nothing came before the deadline.
    Silence,
}

impl Output {
    /// Reads `stream` in the background until it ends.
    pub(crate) fn read(mut stream: impl Read + Send + 'static) -> Self {
        let output = Self(Arc::default());
        let writer = output.clone();
        thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            loop {
                // A broken pipe is as good as the end.
                let count = uninterrupted(|| stream.read(&mut buffer)).unwrap_or(0);
                let mut state = writer.state();
                let room = MOST - state.bytes.len();
                state.bytes.extend_from_slice(&buffer[..count.min(room)]);
                state.ended = count == 0;
                writer.0.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        output
    }

    /// Takes the next line, waiting for it.
    pub(crate) fn next_line(&self) -> Next {
        self.next(false)
    }

    /// Takes the next line or prompt, waiting for it.
    pub(crate) fn next_line_or_prompt(&self) -> Next {
        self.next(true)
    }

    /// Everything that came so far, taken or not.
    pub(crate) fn all(&self) -> Vec<u8> {
        self.state().bytes.clone()
    }

    fn next(&self, prompts: bool) -> Next {
        let start = Instant::now();
        let mut state = self.state();
        loop {
            if let Some(next) = state.take(prompts) {
                return next;
            }
            let Some(left) = DEADLINE.checked_sub(start.elapsed()) else {
                return Next::Silence;
            };
            let waited = self.0.1.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, prompts: bool) -> Option<Next> {
        let rest = &self.bytes[self.taken..];
        let (length, skip) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(length) => (length, 1),
            None if self.ended && rest.is_empty() => return Some(Next::End),
            None if self.ended || (prompts && rest.ends_with(b": ")) => (rest.len(), 0),
            None => return None,
        };
        let line = String::from_utf8_lossy(&rest[..length]).into_owned();
        let prompt = skip == 0 && !self.ended;
        self.taken += length + skip;
        Some(if prompt { Next::Prompt(line) } else { Next::Line(line) })
    }
}
