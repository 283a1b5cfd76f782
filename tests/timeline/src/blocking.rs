//! Which calls may wait, and for what (the man pages of each).

use crate::strace::Call;

/// Calls that wait for a time to be over.
const SLEEPS: &[&str] = &["clock_nanosleep", "nanosleep"];

/// Calls that return when something can be had, by another call.
const READINESS: &[&str] =
    &["poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "restart_syscall"];

/// Calls that wait for nobody; a close may, if it was told to linger (`SO_LINGER`).
const NEVER_BLOCK: &[&str] = &[
    "bind",
    "close",
    "dup",
    "dup2",
    "dup3",
    "fcntl",
    "futex",
    "getpeername",
    "getsockname",
    "getsockopt",
    "ioctl",
    "listen",
    "setsockopt",
    "shutdown",
    "socket",
    "socketpair",
];

/// Whether a call waits for a time to be over, and for nothing else.
pub(crate) fn sleeps(name: &str) -> bool {
    SLEEPS.contains(&name)
}

/// Whether a call waits until something can be had.
pub(crate) fn waits_for_readiness(name: &str) -> bool {
    READINESS.contains(&name)
}

/// Whether a call waits for nobody: it asks or sets something, or makes a thread.
pub(crate) fn never_blocks(call: &Call) -> bool {
    match call.name.as_str() {
        // With vfork, until the child runs another program.
        "clone" | "clone3" => !call.arguments.iter().any(|it| it.contains("CLONE_VFORK")),
        // It only notes the address (connect(2)).
        "connect" => call.arguments.first().is_some_and(|it| it.contains("<UDP")),
        name => NEVER_BLOCK.contains(&name),
    }
}

/// Whether a call was given no time at all: it only asks what there is.
pub(crate) fn has_no_time(call: &Call) -> bool {
    let is_none =
        |it: &String| it.contains("tv_sec=0, tv_usec=0}") || it.contains("tv_sec=0, tv_nsec=0}");
    match call.name.as_str() {
        "poll" => call.arguments.last().is_some_and(|time| time == "0"),
        "epoll_wait" | "epoll_pwait" => call.arguments.get(3).is_some_and(|time| time == "0"),
        "ppoll" | "select" | "pselect6" => call.arguments.iter().any(is_none),
        _ => false,
    }
}

/// Whether a call ended because nothing came, and its time, if it had any, was over.
pub(crate) fn came_to_nothing(name: &str, result: &str, error: Option<&str>) -> bool {
    sleeps(name)
        || matches!(error, Some("EAGAIN" | "ETIMEDOUT"))
        || (waits_for_readiness(name) && (result == "0" || result.contains("Timeout")))
}
