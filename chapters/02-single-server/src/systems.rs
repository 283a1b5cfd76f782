//! What holds on one system and not on another. The row for Linux is checked by this chapter's
//! tests or stands in the man pages named below; the others, nobody here has run.

/// A row for each system, shown by `--help`.
///
/// Sources: listen(2) and socket(7) for Linux, where the queue admits one more than the backlog;
/// the pages on listen and setsockopt of macOS; Microsoft's page on SO_REUSEADDR.
pub const DIFFERENCES: &str = "\
What differs between systems:
  Linux    The queue holds one client more than --backlog says, and no more than
           net.core.somaxconn and one. Whoever comes then is not refused: its connect waits.
  macOS    (not verified) The queue is bounded by kern.ipc.somaxconn.
  Windows  (not verified) Whoever comes when the queue is full is refused. A server binds a port
           again without SO_REUSEADDR, which there lets others take over a port in use.";
