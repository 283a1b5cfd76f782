//! One way to fail: a line on stderr that says what was tried, why it failed and what to do.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Why a program ends with exit status 1, in the words that its user reads.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure told in the caller's own words.
    pub fn new(message: impl Display) -> Self {
        Self(message.to_string())
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Turns an I/O error into a [`Failure`] by saying what was being done.
pub trait OrFail<T> {
    /// `what` reads like "cannot listen on 127.0.0.1:6666"; the reason and the advice follow it.
    fn or_fail(self, what: impl Display) -> Result<T, Failure>;
}

impl<T> OrFail<T> for io::Result<T> {
    fn or_fail(self, what: impl Display) -> Result<T, Failure> {
        self.map_err(|error| {
            let why = words(&error);
            Failure(match advice(error.kind()) {
                Some(advice) => format!("{what}: {why} ({advice})"),
                None => format!("{what}: {why}"),
            })
        })
    }
}

/// Ends `main`: status 0 for success, else the failure's line on stderr and status 1.
pub fn exit_status(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Not eprintln!, which panics where stderr has been closed.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Says in plain words what an I/O error means, the same on every system.
///
/// An error that has no words here keeps those of the system.
pub fn words(error: &io::Error) -> Cow<'static, str> {
    match error.kind() {
        ErrorKind::AddrInUse => "address already in use".into(),
        ErrorKind::AddrNotAvailable => "this machine has no such address".into(),
        ErrorKind::BrokenPipe => "the peer has closed the connection".into(),
        ErrorKind::ConnectionAborted => "connection aborted".into(),
        ErrorKind::ConnectionRefused => "connection refused".into(),
        ErrorKind::ConnectionReset => "connection reset by the peer".into(),
        ErrorKind::HostUnreachable => "host unreachable".into(),
        ErrorKind::NetworkUnreachable => "network unreachable".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        _ if timed_out(error) => "timed out".into(),
        _ => error.to_string().into(),
    }
}

/// Whether a timeout ended a call.
///
/// A recv or send that was given a timeout fails with EAGAIN on Unix, as a non-blocking one would
/// (socket(7), SO_RCVTIMEO); Windows, and every connect, say ETIMEDOUT.
pub fn timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

fn advice(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::AddrInUse => Some("is another server running? try --port 0"),
        ErrorKind::AddrNotAvailable => Some("try --host 127.0.0.1"),
        ErrorKind::ConnectionRefused => {
            Some("nobody listens there: is the server running, with this protocol, host and port?")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            Some("no route leads there: check --host and your network")
        }
        ErrorKind::PermissionDenied => Some("ports below 1024 need a privilege; try --port 6666"),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => {
            Some("check --host; or the server is busy, then allow more with --timeout")
        }
        _ => None,
    }
}
