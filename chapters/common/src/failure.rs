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
    /// `what` reads like "cannot listen on 127.0.0.1:6666"; the reason follows it.
    fn or_fail(self, what: impl Display) -> Result<T, Failure>;

    /// As `or_fail`, for an attempt to listen: with advice on what to do.
    fn or_fail_to_listen(self, what: impl Display) -> Result<T, Failure>;

    /// As `or_fail`, for an attempt to connect: with advice on what to do.
    fn or_fail_to_connect(self, what: impl Display) -> Result<T, Failure>;
}

impl<T> OrFail<T> for io::Result<T> {
    fn or_fail(self, what: impl Display) -> Result<T, Failure> {
        self.map_err(|error| failure(what, &error, None))
    }

    fn or_fail_to_listen(self, what: impl Display) -> Result<T, Failure> {
        self.map_err(|error| failure(what, &error, advice_to_listen(error.kind())))
    }

    fn or_fail_to_connect(self, what: impl Display) -> Result<T, Failure> {
        self.map_err(|error| failure(what, &error, advice_to_connect(error.kind())))
    }
}

fn failure(what: impl Display, error: &io::Error, advice: Option<&str>) -> Failure {
    let why = words(error);
    match advice {
        Some(advice) => Failure(format!("{what}: {why} ({advice})")),
        None => Failure(format!("{what}: {why}")),
    }
}

fn advice_to_listen(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::AddrInUse => Some("is another server running? try --port 0"),
        ErrorKind::AddrNotAvailable => Some("it is not this machine's: try --host 127.0.0.1"),
        ErrorKind::PermissionDenied => Some("ports below 1024 need a privilege; try --port 6666"),
        _ => None,
    }
}

fn advice_to_connect(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::ConnectionRefused => {
            Some("nobody listens there: is the server running, with this protocol, host and port?")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            Some("no route leads there: check --host and your network")
        }
        ErrorKind::PermissionDenied => Some("a firewall, or a broadcast address: check --host"),
        ErrorKind::TimedOut => Some("check --host; or is the server's queue full?"),
        _ => None,
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
        ErrorKind::AddrNotAvailable => "address not available".into(),
        ErrorKind::BrokenPipe => "the peer has closed the connection".into(),
        ErrorKind::ConnectionAborted => "connection aborted".into(),
        ErrorKind::ConnectionRefused => "connection refused".into(),
        ErrorKind::ConnectionReset => "connection reset by the peer".into(),
        ErrorKind::HostUnreachable => "host unreachable".into(),
        ErrorKind::NetworkUnreachable => "network unreachable".into(),
        ErrorKind::NotConnected => "not connected, or not any more".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => "timed out".into(),
        _ => error.to_string().into(),
    }
}

/// Whether a timeout that was set on the socket ended a recv or a send.
///
/// On Unix they then fail with EAGAIN, as a non-blocking call would (socket(7), SO_RCVTIMEO).
/// ETIMEDOUT is another matter there: the peer's machine has stopped answering, and the kernel has
/// given the connection up (tcp(7), tcp_retries2). On Windows both are the same.
pub fn timed_out(error: &io::Error) -> bool {
    error.kind() == if cfg!(windows) { ErrorKind::TimedOut } else { ErrorKind::WouldBlock }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_connection_that_was_reset_is_not_connected_any_more() -> io::Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let mut client = TcpStream::connect(listener.local_addr()?)?;
        let (server, _) = listener.accept()?;
        client.write_all(b"unread")?;
        server.peek(&mut [0; 1])?;
        drop(server); // with something unread, which makes it a reset

        let reset = client.read(&mut [0; 1]).expect_err("it was reset");
        assert_eq!(words(&reset), "connection reset by the peer");
        let gone = client.shutdown(Shutdown::Write).expect_err("nothing is left to close");
        assert_eq!(words(&gone), "not connected, or not any more");
        Ok(())
    }
}
