//! Runs a command that may neither take for ever nor say without end.

use std::io::{self, Read};
use std::mem::replace;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getpid, kill_process, set_child_subreaper};

use crate::processes::{Family, families};

/// What came of a command.
#[derive(Debug)]
pub struct Finished {
    /// How it ended, or why it was ended.
    pub end: End,
    /// The beginning of what it wrote to stdout.
    pub stdout: Vec<u8>,
    /// The beginning of what it wrote to stderr.
    pub stderr: Vec<u8>,
    /// How long it took.
    pub took: Duration,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself.
    Exited(ExitStatus),
    /// It took too long, and was ended.
    TooLong,
    /// It waited for something that did not come, and was ended.
    Asleep,
}

impl End {
    /// Whether it ended by itself, and well.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Exited(status) if status.success())
    }
}

/// How long a command is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long it may take in all.
    pub most: Duration,
    /// For how long all its processes may sleep without having been on a core; `None` for as long
    /// as they like.
    pub asleep: Option<Duration>,
}

impl From<Duration> for Patience {
    /// So long at most, asleep or not.
    fn from(most: Duration) -> Self {
        Self { most, asleep: None }
    }
}

/// All that run now; `None` when no more may be started.
static RUNNING: Mutex<Option<Vec<Pid>>> = Mutex::new(Some(Vec::new()));

/// Runs a command, for so long at most, and keeps so many bytes of its stdout and its stderr. What
/// it writes beyond that is read and forgotten.
///
/// # Errors
///
/// If it cannot be started; after [`stop`], nothing can.
pub fn run(
    command: &mut Command,
    patience: impl Into<Patience>,
    kept: [usize; 2],
) -> io::Result<Finished> {
    let start = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Ctrl-C is for us: whoever ends is ended by `stop`.
    command.process_group(0);
    let mut child = {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let running = running.as_mut().ok_or(io::ErrorKind::Interrupted)?;
        let child = command.spawn()?;
        running.push(id(&child));
        child
    };
    let stdout = beginning(child.stdout.take().expect("stdout is piped"), kept[0]);
    let stderr = beginning(child.stderr.take().expect("stderr is piped"), kept[1]);
    let end = wait(&mut child, patience.into());
    if !matches!(end, Ok(End::Exited(_))) {
        stop_one(&mut child);
    }
    if let Some(running) = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        running.retain(|running| *running != id(&child));
    }
    // Outside a jail, something that it has left behind may hold the streams open for ever.
    let rest = Duration::from_secs(5);
    let stdout = stdout.recv_timeout(rest).unwrap_or_default();
    let stderr = stderr.recv_timeout(rest).unwrap_or_default();
    Ok(Finished { end: end?, stdout, stderr, took: start.elapsed() })
}

/// Ends all commands that run, and starts no more: kindly, so that they can end what they have
/// started, then by force.
///
/// Force is for a jail that is just being made: its first process asks the kernel to end with
/// bwrap, and if bwrap has ended before it could ask, it stays. It takes no notice of SIGTERM,
/// being the first of its namespace (pid_namespaces(7)).
pub fn stop() {
    const GRACE: Duration = Duration::from_millis(500);
    const MOST: Duration = Duration::from_secs(5);
    // From now on a process below this one whose parent ends becomes a child of this one, and is
    // found. Not earlier: children that have ended would gather, for nobody waits for them.
    let _ = set_child_subreaper(Some(getpid()));
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take();
    for id in running.unwrap_or_default() {
        let _ = kill_process(id, Signal::TERM);
    }
    let start = Instant::now();
    loop {
        let left = families();
        if left.is_empty() || start.elapsed() > MOST {
            return;
        }
        if start.elapsed() > GRACE {
            left.iter().for_each(Family::kill);
        }
        thread::sleep(Duration::from_millis(2)); // between two looks
    }
}

fn id(child: &Child) -> Pid {
    Pid::from_child(child)
}

fn beginning(mut stream: impl Read + Send + 'static, kept: usize) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.by_ref().take(kept as u64).read_to_end(&mut bytes);
        let _ = io::copy(&mut stream, &mut io::sink());
        let _ = send.send(bytes);
    });
    receive
}

/// Waits for the end of a process.
fn wait(child: &mut Child, patience: Patience) -> io::Result<End> {
    const BETWEEN_LOOKS: Duration = Duration::from_secs(1); // at all processes of the machine
    let start = Instant::now();
    let (mut cpu, mut awake, mut next_look) = (Duration::ZERO, start, start + BETWEEN_LOOKS);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(End::Exited(status));
        }
        let now = Instant::now();
        if now >= start + patience.most {
            return Ok(End::TooLong);
        }
        if let Some(most) = patience.asleep
            && now >= next_look
        {
            next_look = now + BETWEEN_LOOKS;
            let family = families().into_iter().find(|it| it.members.first() == Some(&child.id()));
            if family
                .is_none_or(|family| !family.asleep || replace(&mut cpu, family.cpu) != family.cpu)
            {
                awake = now;
            }
            if now >= awake + most {
                return Ok(End::Asleep);
            }
        }
        thread::sleep(Duration::from_millis(2)); // between two looks
    }
}

/// Ends a process: kindly, so that it can end what it has started, then by force.
fn stop_one(child: &mut Child) {
    let _ = kill_process(id(child), Signal::TERM);
    if matches!(wait(child, Duration::from_secs(2).into()), Ok(End::Exited(_))) {
        return;
    }
    let _ = child.kill();
    let _ = child.wait();
}
