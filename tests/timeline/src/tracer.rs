//! A program that runs under strace(1).

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::asleep::Watch;
use crate::processes::{is_traced, running, traced};
use crate::record::{Run, Running};
use crate::strace::{Call, Trace, calls, descriptor};
use crate::tool::{arguments, cannot_start};

/// How long a program may take to end when it is told to, and strace to look on at one.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks at a trace.
const PAUSE: Duration = Duration::from_millis(10);

/// A program under strace, with all its threads and children.
pub struct Traced {
    strace: Child,
    trace: PathBuf,
    watch: Watch,
    /// What it was before, if it ran already. Then it goes on afterwards.
    before: Option<Running>,
}

impl Traced {
    /// Starts a command under strace, which writes its trace to a file, with the stack of each call if
    /// it can and `stacks` says so.
    ///
    /// # Errors
    ///
    /// If strace is not installed, or does not start. That the command does not start, strace itself
    /// finds out, and says.
    pub fn start(command: &[String], trace: &Path, stacks: bool) -> Result<Self> {
        ensure!(!command.is_empty(), "there is no command to run");
        let run = |strace: &mut Command| {
            strace.arg("--seccomp-bpf").arg("--").args(command);
        };
        Self::begin(trace, stacks, None, run)
    }

    /// Looks on at a program that runs already. It goes on when this ends.
    ///
    /// # Errors
    ///
    /// As for [`start`](Self::start).
    pub fn attach(process: u32, trace: &Path, stacks: bool) -> Result<Self> {
        let look_on = |strace: &mut Command| {
            strace.args(["--attach", &process.to_string()]);
        };
        let mut traced = Self::begin(trace, stacks, Some(process), look_on)?;
        let deadline = Instant::now() + PATIENCE;
        while !is_traced(process) && !traced.has_ended() && Instant::now() < deadline {
            thread::sleep(PAUSE);
        }
        Ok(traced)
    }

    fn begin(
        trace: &Path,
        stacks: bool,
        attached: Option<u32>,
        what: impl Fn(&mut Command),
    ) -> Result<Self> {
        let mut strace = Command::new("strace");
        strace.args(arguments(trace, stacks));
        what(&mut strace);
        match strace.spawn() {
            Ok(strace) => {
                let watch = Watch::over(attached.unwrap_or(strace.id()));
                let (trace, before) = (trace.to_owned(), attached.map(running));
                Ok(Self { strace, trace, watch, before })
            }
            Err(why) => Err(cannot_start(why)),
        }
    }

    /// What it has done so far.
    pub fn run(&self) -> Run {
        let before = self.before.clone();
        Run { trace: self.trace(), name: None, asleep: self.watch.seen(), before }
    }

    fn trace(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.trace).unwrap_or_default()).into_owned()
    }

    /// Waits until the program can be connected to, or can be sent datagrams; for this time at most.
    /// Returns where, if that was seen.
    pub fn listens(&mut self, within: Duration) -> Option<SocketAddr> {
        let deadline = Instant::now() + within;
        while !self.has_ended() && Instant::now() < deadline {
            if let Some(address) = listens(&calls(&self.trace())) {
                return Some(address);
            }
            thread::sleep(PAUSE);
        }
        None
    }

    /// Waits until the program ends; for this time at most. Returns whether it has.
    pub fn ends(&mut self, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        while !self.has_ended() {
            if Instant::now() > deadline {
                return false;
            }
            thread::sleep(PAUSE);
        }
        true
    }

    /// Whether the program has ended.
    fn has_ended(&mut self) -> bool {
        !matches!(self.strace.try_wait(), Ok(None))
    }

    /// Has the program end, as Ctrl-C does, and then more firmly. One that strace has only looked on
    /// at goes on.
    #[cfg(unix)]
    pub fn end(&mut self) {
        use rustix::process::{Pid, Signal, kill_process};

        for signal in [Signal::INT, Signal::TERM, Signal::KILL] {
            if self.has_ended() {
                return;
            }
            let ids = self.to_be_ended().into_iter().filter_map(|id| Pid::from_raw(id as i32));
            for process in ids {
                let _ = kill_process(process, signal); // it may have ended meanwhile
            }
            self.ends(PATIENCE);
        }
    }

    /// Where there are no signals, there is no strace either.
    #[cfg(not(unix))]
    pub fn end(&mut self) {
        let _ = self.strace.kill();
    }

    /// While strace has started a program, it lets no signal end itself (strace(1), `-I`): the program
    /// is to end, and strace with it.
    #[cfg(unix)]
    fn to_be_ended(&self) -> Vec<u32> {
        let strace = self.strace.id();
        if self.before.is_some() { vec![strace] } else { traced(strace) }
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        self.end();
    }
}

/// Where a program listens, or waits for datagrams, by what it has called so far.
fn listens(trace: &Trace) -> Option<SocketAddr> {
    let done = |name| {
        let of_name = move |call: &&Call| call.name == name && call.outcome.number == Some(0);
        trace.calls.iter().rfind(of_name)
    };
    if let Some(listen) = done("listen") {
        return descriptor(listen.arguments.first()?)?.own_address()?.parse().ok();
    }
    // A socket for datagrams is bound, and then waits. Its port is known by then.
    done("bind")?;
    trace.calls.last().filter(|call| call.end.is_none())?;
    let mut calls = trace.calls.iter().rev();
    calls.find_map(|call| descriptor(call.arguments.first()?)?.own_address()?.parse().ok())
}
