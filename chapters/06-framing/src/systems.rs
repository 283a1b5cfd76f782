//! What holds on one system and not on another. The row for Linux is checked by this chapter's
//! tests or stands in the man pages named below; the others, nobody here has run.

/// A row for each system, shown by `--help`.
///
/// Sources: what the tests of two-writes and last-reply see on Linux; the sysctl
/// net.inet.tcp.delayed_ack of macOS; Microsoft's pages on TcpDelAckTicks and closesocket.
pub const DIFFERENCES: &str = "\
What differs between systems (of threads and descriptors, see chapter 04):
  Linux    An acknowledgement may be held back for 40 ms or more, and a frame in two writes waits
           for it. A close with something unread sends a reset, and what is still to be sent is
           thrown away.
  macOS    (not verified) net.inet.tcp.delayed_ack says whether acknowledgements are held back.
  Windows  (not verified) An acknowledgement is held back for up to 200 ms (TcpDelAckTicks). A
           close with something unread sends a reset.";
