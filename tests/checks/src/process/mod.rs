//! The process of a student's program: started in a group of its own, drained, ended.

mod capture;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use process_wrap::std::{ChildWrapper, CommandWrap};

pub(crate) use self::capture::Capture;
use crate::launches;
use crate::look::{Look, family, look};
#[cfg(target_os = "linux")]
use crate::orphans;

/// How much output within one wait is a flood, in bytes.
pub(crate) const FLOOD: u64 = 1 << 20;

/// How long the streams of a program that has ended may stay open. Who holds them open is a child
/// that it has left behind, and nobody waits for that one.
const DRAIN: Duration = Duration::from_millis(500);

/// A process that this check has started. Dropping it ends it, and what it has started.
pub(crate) struct Process {
    child: RefCell<Box<dyn ChildWrapper>>,
    pub(crate) stdin: RefCell<Option<ChildStdin>>,
    /// Its stdin, while a thread of ours writes to it.
    fed: RefCell<Weak<ChildStdin>>,
    pub(crate) stdout: Capture,
    pub(crate) stderr: Capture,
    started: Instant,
    /// The latest moment at which the kernel is known to have held it up while it was being loaded.
    held_up: Cell<Option<Instant>>,
    /// Whether it may have slept, and so is loaded.
    slept: Cell<bool>,
    /// When the look at it that was last had begun.
    looked: Cell<Instant>,
    /// Since when it has been about to end, as far as was seen.
    exiting: Cell<Option<Instant>>,
    ended: RefCell<Option<(ExitStatus, Instant)>>,
    killed: Cell<bool>,
}

impl Process {
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut command = CommandWrap::from(command);
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);
        #[cfg(target_os = "linux")]
        let mut known = {
            orphans::adopt();
            orphans::known()
        };
        let started = Instant::now();
        let launch = launches::begin();
        let mut child = command.spawn()?;
        drop(launch);
        #[cfg(target_os = "linux")]
        known.insert(child.id());
        Ok(Self {
            stdin: RefCell::new(child.stdin().take()),
            fed: RefCell::default(),
            stdout: Capture::of(child.stdout().take().expect("stdout is piped")),
            stderr: Capture::of(child.stderr().take().expect("stderr is piped")),
            child: RefCell::new(child),
            started,
            held_up: Cell::new(None),
            slept: Cell::new(false),
            looked: Cell::new(started),
            exiting: Cell::new(None),
            ended: RefCell::new(None),
            killed: Cell::new(false),
        })
    }

    /// Its process id; in a jail, the jail's.
    pub(crate) fn id(&self) -> u32 {
        self.child.borrow().id()
    }

    /// How long it has run, or ran until it was seen to end. On a busy machine the kernel may take
    /// long to load it, and that does not count.
    pub(crate) fn time(&self) -> Duration {
        let loaded = self.held_up.get().unwrap_or(self.started);
        self.ended_at().unwrap_or_else(Instant::now).saturating_duration_since(loaded)
    }

    /// When it was seen to end; `None` if it runs. What the kernel has to clear away then may take
    /// long on a busy machine, and does not count.
    pub(crate) fn ended_at(&self) -> Option<Instant> {
        let (_, gone) = self.end()?;
        Some(self.exiting.get().unwrap_or(gone))
    }

    /// How it ended, once it has ended and all that it wrote has been read.
    pub(crate) fn status(&self) -> Option<ExitStatus> {
        let (status, since) = self.end()?;
        let drained = self.stdout.has_ended() && self.stderr.has_ended();
        // What it has written may lie in the pipe for longer than that, on a busy machine.
        let stays_open = since.elapsed() > DRAIN && !self.has_unread();
        (drained || stays_open).then_some(status)
    }

    /// Whether it has not ended yet.
    pub(crate) fn runs(&self) -> bool {
        self.end().is_none()
    }

    /// How it ended, and when that was seen first. It is not waited for yet: until then nobody else
    /// gets its process id, and what we do to that id and its group we do to nobody else.
    fn end(&self) -> Option<(ExitStatus, Instant)> {
        let mut ended = self.ended.borrow_mut();
        if ended.is_none() {
            *ended = self.exit_status().map(|status| (status, Instant::now()));
        }
        *ended
    }

    #[cfg(unix)]
    fn exit_status(&self) -> Option<ExitStatus> {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        use std::os::unix::process::ExitStatusExt;

        let id = WaitId::Pid(Pid::from_raw(i32::try_from(self.id()).ok()?)?);
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let status = waitid(id, look).ok()??;
        let raw = status.exit_status().map(|code| code << 8).or(status.terminating_signal())?;
        Some(ExitStatus::from_raw(raw))
    }

    #[cfg(not(unix))]
    fn exit_status(&self) -> Option<ExitStatus> {
        self.child.borrow_mut().inner_mut().try_wait().ok().flatten()
    }

    pub(crate) fn look(&self) -> Option<Look> {
        // On a busy machine a look may take long, and it is long until the next one: then what it shows
        // may be over, and in between the program may have slept and woken up.
        const SEAMLESS: Duration = Duration::from_millis(400);
        let before = Instant::now();
        let look = look(self.id())?;
        let now = Instant::now();
        let last = self.looked.replace(before);
        self.exiting.set(look.exiting.then(|| self.exiting.get().unwrap_or(now)));
        self.slept.set(self.slept.get() || look.asleep || now - last > SEAMLESS);
        if look.held_up && !look.exiting && !self.slept.get() {
            self.held_up.set(Some(before));
        }
        Some(look)
    }

    /// Whether it has written something that we have not read yet.
    pub(crate) fn has_unread(&self) -> bool {
        self.stdout.has_unread() || self.stderr.has_unread()
    }

    /// How much it has written, in bytes.
    pub(crate) fn written(&self) -> u64 {
        self.stdout.total() + self.stderr.total()
    }

    /// Writes to its stdin. Fails if it has closed that, or has ended.
    pub(crate) fn types(&self, bytes: &[u8]) -> io::Result<()> {
        match self.stdin.borrow_mut().as_mut() {
            Some(stdin) => stdin.write_all(bytes).and_then(|()| stdin.flush()),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Stops the process and its descendants, or lets them go on (signal(7)). Fails where there are
    /// no signals.
    pub(crate) fn stop(&self, stop: bool) -> io::Result<()> {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process};
            let signal = if stop { Signal::STOP } else { Signal::CONT };
            let ids = family(self.id()).into_iter().filter_map(|id| i32::try_from(id).ok());
            for id in ids.filter_map(Pid::from_raw) {
                kill_process(id, signal)?;
            }
            Ok(())
        }
        #[cfg(not(unix))]
        {
            let _ = stop;
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    /// Writes all this to its stdin and ends it, from a thread of its own: the process takes it when
    /// it will, or never.
    pub(crate) fn feed(&self, bytes: Cow<'static, [u8]>) {
        if let Some(stdin) = self.stdin.borrow_mut().take() {
            let stdin = Arc::new(stdin);
            self.fed.replace(Arc::downgrade(&stdin));
            // Fails when the process ends, or closes its stdin.
            thread::spawn(move || (&*stdin).write_all(&bytes));
        }
    }

    /// Whether it has read all that we have written to its stdin, and we have more for it: on a crowded
    /// machine, it may sleep long before the thread that writes gets its turn.
    pub(crate) fn is_hungry(&self) -> bool {
        #[cfg(unix)]
        {
            let fed = self.fed.borrow().upgrade();
            fed.is_some_and(|stdin| rustix::io::ioctl_fionread(&*stdin) == Ok(0))
        }
        #[cfg(not(unix))]
        false
    }

    /// Kills the process, its group, and those descendants that have left the group.
    pub(crate) fn kill(&self) {
        if self.killed.replace(true) {
            return; // once it has been waited for, its id may be somebody else's
        }
        let family = family(self.id());
        let mut child = self.child.borrow_mut();
        // Fails if all of the group have ended by themselves.
        let _ = child.start_kill();
        let status = child.inner_mut().wait().ok();
        let mut ended = self.ended.borrow_mut();
        *ended = ended.or(status.map(|status| (status, Instant::now())));
        #[cfg(target_os = "linux")]
        for id in family.into_iter().skip(1) {
            use rustix::process::{Pid, Signal, kill_process};
            let id = i32::try_from(id).ok().and_then(Pid::from_raw);
            let _ = id.map(|id| kill_process(id, Signal::KILL));
        }
        #[cfg(not(target_os = "linux"))]
        drop(family);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        #[cfg(target_os = "linux")]
        {
            orphans::forget(self.id());
            orphans::end();
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;
    use std::thread;
    use std::time::Duration;

    use rustix::process::{Pid, test_kill_process};

    use super::Process;

    #[test]
    fn nobody_else_gets_the_id_of_a_program_that_has_ended() {
        let process = Process::start(Command::new("false")).expect("it starts");
        while process.status().is_none() {
            thread::sleep(Duration::from_millis(1)); // between two looks
        }
        let id = Pid::from_raw(process.id() as i32).expect("an id");
        assert!(test_kill_process(id).is_ok(), "the kernel keeps it");
        assert_eq!(process.status().and_then(|status| status.code()), Some(1));
        process.kill();
        assert_eq!(process.status().and_then(|status| status.code()), Some(1));
        process.kill(); // does nothing to whoever has the id now
    }
}
