//! What holds on one system and not on another. The row for Linux is checked by this chapter's
//! tests or stands in the man pages named below; the others, nobody here has run.

/// A row for each system, shown by `--help`.
///
/// Sources: listen(2), connect(2) and signal(7) for Linux; the page on connect of macOS;
/// Microsoft's pages on connect and listen.
pub const DIFFERENCES: &str = "\
What differs between systems:
  Linux    A server whose queue is full does not answer, and connect waits: --timeout bounds that.
           A stream to a broadcast address is refused as unreachable. Ctrl-Z and fg end a recv that
           has a timeout; this program then waits again.
  macOS    (not verified) As Linux, but Ctrl-Z and fg do not end a recv.
  Windows  (not verified) A server whose queue is full refuses. There is no Ctrl-Z of that kind.";
