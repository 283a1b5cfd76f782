//! What holds on one system and not on another. The row for Linux is checked by this chapter's
//! tests or stands in the man pages named below; the others, nobody here has run.

/// A row for each system, shown by `--help`.
///
/// Sources: accept(2) and tcp(7) for Linux; the page on accept of macOS; Microsoft's pages on
/// accept and closesocket.
pub const DIFFERENCES: &str = "\
What differs between systems (of the queue and of SO_REUSEADDR, see chapter 02):
  Linux    accept fails when no descriptor is free, even if nobody waits (error 24, EMFILE). A
           thread fails to start when the address space has no room for its stack.
  macOS    (not verified) accept fails with the same error when no descriptor is free.
  Windows  (not verified) Sockets are not counted by a limit on descriptors.";
