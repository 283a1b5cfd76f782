//! What holds on one system and not on another. The row for Linux is checked by this chapter's
//! tests or stands in the man pages named below; the others, nobody here has run.

/// A row for each system, shown by `--help`.
///
/// Sources: socket(7), unix(7) and ip(7) for Linux; getsockopt(2), unix(4) and sysctl
/// kern.ipc.maxsockbuf for macOS; Microsoft's pages on SO_RCVTIMEO and AF_UNIX for Windows.
pub const DIFFERENCES: &str = "\
What differs between systems:
  Linux    SO_RCVBUF and SO_SNDBUF read twice what was set, which leaves room for the kernel's
           own bookkeeping. More than net.core.rmem_max or wmem_max is set to that limit without
           an error, and very little to a minimum. AF_UNIX has SOCK_STREAM, SOCK_DGRAM and
           SOCK_SEQPACKET. A timeout bounds accept as it bounds recv.
  macOS    (not verified) A buffer size reads as it was set; one over kern.ipc.maxsockbuf is
           cut to it. AF_UNIX has SOCK_STREAM and SOCK_DGRAM. A timeout does not bound accept.
  Windows  (not verified) A buffer size reads as it was set. AF_UNIX has SOCK_STREAM alone, and
           this program leaves it out. A timeout does not bound accept. A socket has no address
           before bind, and does not tell whether it blocks.";
