//! What a process writes to one of its streams, read by a thread of its own.

use std::io::{self, Read};
#[cfg(unix)]
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

#[cfg(unix)]
use rustix::io::Errno;

use crate::words::shown;

/// How much is kept of one stream, in bytes. What comes beyond it is read and counted, so that a
/// program that floods neither fills our memory nor waits for us.
const KEPT: usize = 256 << 10;

/// What a program has written to one stream so far, read by a thread of its own.
#[derive(Clone, Default)]
pub(crate) struct Capture(Arc<Mutex<Captured>>);

#[derive(Default)]
struct Captured {
    kept: Vec<u8>,
    total: u64,
    ended: bool,
    /// To see whether something waits in it that has not been read.
    #[cfg(unix)]
    pipe: Option<OwnedFd>,
}

impl Captured {
    fn add(&mut self, bytes: &[u8]) {
        let room = KEPT - self.kept.len();
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.total += bytes.len() as u64;
        self.ended = bytes.is_empty();
    }
}

impl Capture {
    #[cfg(unix)]
    pub(super) fn of(mut stream: impl Read + AsFd + Send + 'static) -> Self {
        use rustix::event::{PollFd, PollFlags, poll};

        let capture = Self::default();
        capture.lock().pipe = stream.as_fd().try_clone_to_owned().ok();
        let writer = capture.clone();
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            loop {
                // Read under the lock, so that at any time what has been written is either in the
                // pipe or captured.
                let readable = poll(&mut [PollFd::new(&stream, PollFlags::IN)], None);
                if readable == Err(Errno::INTR) {
                    continue; // a read would block now, and nobody else would get the lock
                }
                let mut captured = writer.lock();
                // A broken pipe is as good as the end.
                let count = uninterrupted(|| stream.read(&mut buffer)).unwrap_or(0);
                captured.add(&buffer[..count]);
                if count == 0 {
                    return;
                }
            }
        });
        capture
    }

    #[cfg(not(unix))]
    pub(super) fn of(mut stream: impl Read + Send + 'static) -> Self {
        let capture = Self::default();
        let writer = capture.clone();
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            loop {
                let count = uninterrupted(|| stream.read(&mut buffer)).unwrap_or(0);
                writer.lock().add(&buffer[..count]);
                if count == 0 {
                    return;
                }
            }
        });
        capture
    }

    /// Whether something has been written that the thread has not read yet: on a crowded machine,
    /// the program may sleep again long before the thread gets its turn.
    pub(super) fn has_unread(&self) -> bool {
        #[cfg(unix)]
        {
            let captured = self.lock();
            let unread = |pipe: &OwnedFd| rustix::io::ioctl_fionread(pipe).unwrap_or(0);
            captured.pipe.as_ref().is_some_and(|pipe| unread(pipe) > 0)
        }
        #[cfg(not(unix))]
        false
    }

    /// The next whole line from `start`, without its newline, and where the one after it begins.
    /// When the stream has ended, its last line needs no newline.
    pub(crate) fn line(&self, start: usize) -> Option<(String, usize)> {
        let captured = self.lock();
        let rest = captured.kept.get(start..)?;
        let (length, skip) = match rest.iter().position(|byte| *byte == b'\n') {
            Some(length) => (length, 1),
            None if captured.ended && !rest.is_empty() => (rest.len(), 0),
            None => return None,
        };
        let line = rest[..length].strip_suffix(b"\r").unwrap_or(&rest[..length]);
        Some((String::from_utf8_lossy(line).into_owned(), start + length + skip))
    }

    /// What has been kept, from `start`.
    pub(crate) fn from(&self, start: usize) -> Vec<u8> {
        self.lock().kept.get(start..).unwrap_or_default().to_vec()
    }

    pub(super) fn total(&self) -> u64 {
        self.lock().total
    }

    pub(super) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// The first lines, to be shown.
    pub(crate) fn beginning(&self) -> String {
        const LINES: usize = 20;
        const WIDTH: usize = 200;
        let kept = self.from(0);
        let text = String::from_utf8_lossy(&kept);
        let mut lines = text.lines();
        let mut beginning: Vec<String> =
            lines.by_ref().take(LINES).map(|line| shown(line, WIDTH)).collect();
        if lines.next().is_some() {
            beginning.push("… and more".to_owned());
        }
        beginning.join("\n")
    }

    fn lock(&self) -> MutexGuard<'_, Captured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a call again if the machine was stopped in the middle of it (signal(7)).
fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
