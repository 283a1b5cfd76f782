//! The strace of this machine, and how it is run for a recording.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::Command;

use anyhow::{Result, anyhow};

/// The calls that are recorded: those about sockets, and those by which a program waits, also for its
/// own threads, is typed at, prints, and makes threads.
const CALLS: &str = "trace=%network,read,readv,write,writev,sendfile,close,dup,dup2,dup3,fcntl,ioctl,\
    poll,ppoll,select,pselect6,epoll_wait,epoll_pwait,restart_syscall,\
    futex,nanosleep,clock_nanosleep,wait4,waitid,\
    clone,clone3,fork,vfork,execve,prctl,exit,exit_group";

/// How many bytes of what is sent or received stand in a trace.
const BYTES: &str = "4096";

/// The arguments with which strace writes a trace that a recording can be made of, up to the command
/// that it shall run: the trace with the stack of each call, if it can and `stacks` says so.
pub fn arguments(trace: &Path, stacks: bool) -> Vec<String> {
    let trace = trace.display().to_string();
    let mut arguments = vec![
        "--follow-forks",
        "--decode-fds=all",
        "--syscall-times=ns",
        "--quiet=attach",
        "--absolute-timestamps=format:unix,precision:ns",
        "--string-limit",
        BYTES,
        "--signal=all",
        "-e",
        CALLS,
        "--output",
        &trace,
    ];
    if stacks && shows_stacks() {
        arguments.push("--stack-traces");
    }
    arguments.into_iter().map(str::to_owned).collect()
}

/// Whether strace can be had.
///
/// # Errors
///
/// If it is not installed, or does not start.
pub fn is_installed() -> Result<()> {
    Command::new("strace").arg("--version").output().map(drop).map_err(cannot_start)
}

pub(crate) fn cannot_start(why: io::Error) -> anyhow::Error {
    match why.kind() {
        ErrorKind::NotFound => anyhow!(
            "strace is not installed, and without it nothing can be recorded \
             (on Debian and Ubuntu: apt install strace)"
        ),
        _ => anyhow!(why).context("cannot start strace"),
    }
}

/// Whether this strace was built with what it takes to show stacks.
fn shows_stacks() -> bool {
    let version = Command::new("strace").arg("--version").output();
    version.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).contains(" stack-trace="))
}
