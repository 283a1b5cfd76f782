//! What a running program uses, and how to interfere with it from outside, on Linux (proc(5)).
//!
//! On other systems the measures return nothing, and the tests that interfere are ignored.

use std::fs;
use std::time::{Duration, Instant};

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};
#[cfg(target_os = "linux")]
use rustix::process::{Resource, Rlimit, getrlimit, prlimit};

use crate::{Program, poll};

/// What a process uses at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resources {
    /// Resident memory, in KiB.
    pub resident: usize,
    /// Threads.
    pub threads: usize,
    /// Open descriptors.
    pub descriptors: usize,
}

impl Program {
    /// Waits until the program has come to rest, then returns what it uses.
    ///
    /// At rest: for 50 ms on end, every look at it finds each of its threads asleep in the kernel.
    /// A thread that spins is runnable at every look, however little of a busy CPU it gets, so a
    /// program that spins never comes to rest, and the test fails. `None` where there is no /proc.
    #[track_caller]
    pub fn comes_to_rest(&self) -> Option<Resources> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let mut asleep_since = Instant::now();
        let rested = poll(|| {
            if !self.is_asleep() {
                asleep_since = Instant::now();
            }
            (asleep_since.elapsed() > Duration::from_millis(50)).then_some(())
        });
        if rested.is_none() {
            self.fail("it does not come to rest: some thread is always running");
        }
        Some(Resources {
            resident: self.status("VmRSS:"),
            threads: self.status("Threads:"),
            descriptors: fs::read_dir(self.proc("fd")).map_or(0, Iterator::count),
        })
    }

    /// Waits until the program has woken up and gone back to sleep so many times more, as one does
    /// that tries something again and again. Returns at once where there is no /proc.
    #[track_caller]
    pub fn wakes_up(&self, times: usize) {
        if cfg!(target_os = "linux") {
            let enough = self.status("voluntary_ctxt_switches:") + times;
            let woken = poll(|| (self.status("voluntary_ctxt_switches:") >= enough).then_some(()));
            if woken.is_none() {
                self.fail(format_args!("it has not woken up {times} times"));
            }
        }
    }

    /// Stops the program and lets it go on, as Ctrl-Z and `fg` do.
    #[track_caller]
    pub fn stops_and_continues(&self) {
        self.stops();
        #[cfg(target_os = "linux")]
        self.signal(Signal::CONT);
    }

    /// Stops the program, as Ctrl-Z does, and waits until that has happened. Linux only.
    #[track_caller]
    pub fn stops(&self) {
        #[cfg(target_os = "linux")]
        {
            self.signal(Signal::STOP);
            let stopped = poll(|| {
                let stat = fs::read_to_string(self.proc("stat")).ok()?;
                (state(&stat)? == 'T').then_some(())
            });
            if stopped.is_none() {
                self.fail("it has not been stopped");
            }
        }
    }

    /// Raises the limit on descriptors that the program was started with to the highest allowed.
    #[track_caller]
    pub fn raise_descriptor_limit(&self) {
        #[cfg(target_os = "linux")]
        {
            let most = getrlimit(Resource::Nofile).maximum;
            let limit = Rlimit { current: most, maximum: most };
            if let Err(error) = prlimit(self.pid(), Resource::Nofile, limit) {
                self.fail(format_args!("cannot raise its limit on descriptors: {error}"));
            }
        }
    }

    /// Sends SIGINT, as Ctrl-C does. Unix only.
    #[track_caller]
    pub fn interrupt(&self) {
        #[cfg(unix)]
        self.signal(Signal::INT);
        #[cfg(not(unix))]
        self.fail("this system has no signals");
    }

    /// Sends SIGTERM, as `kill` does. Unix only.
    #[track_caller]
    pub fn terminate(&self) {
        #[cfg(unix)]
        self.signal(Signal::TERM);
        #[cfg(not(unix))]
        self.fail("this system has no signals");
    }

    #[cfg(unix)]
    #[track_caller]
    fn signal(&self, signal: Signal) {
        let sent =
            self.pid().ok_or(rustix::io::Errno::SRCH).and_then(|id| kill_process(id, signal));
        if let Err(error) = sent {
            self.fail(format_args!("cannot send it {signal:?}: {error}"));
        }
    }

    #[cfg(unix)]
    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(self.id().try_into().ok()?)
    }

    /// Whether each of its threads sleeps in the kernel at this moment.
    pub fn is_asleep(&self) -> bool {
        let Ok(threads) = fs::read_dir(self.proc("task")) else { return false };
        threads.into_iter().all(|thread| {
            // A thread that has ended meanwhile does not sleep: that is a change as well.
            let stat = thread.and_then(|thread| fs::read_to_string(thread.path().join("stat")));
            stat.ok().and_then(|stat| state(&stat)) == Some('S')
        })
    }

    fn status(&self, key: &str) -> usize {
        let status = fs::read_to_string(self.proc("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.unwrap_or_else(|| self.fail(format_args!("/proc tells no {key}")))
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.id())
    }
}

/// The state letter in a stat file; it follows the name, which is in brackets and may hold any.
fn state(stat: &str) -> Option<char> {
    stat.rsplit_once(") ")?.1.chars().next()
}
