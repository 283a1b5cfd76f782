//! What holds on one system and not on another. The row for Linux is checked by this chapter's
//! tests or stands in the man pages named below; the others, nobody here has run.

/// A row for each system, shown by `--help`.
///
/// Sources: unix(7), ipv6(7) and signal(7) for Linux; unix(4) of macOS; Microsoft's pages on
/// dual-stack sockets and SetConsoleCtrlHandler.
pub const DIFFERENCES: &str = "\
What differs between systems:
  Linux    The path of --unix has 107 bytes at most. A socket at :: takes IPv4 clients as well,
           unless net.ipv6.bindv6only says otherwise; this server asks for it in any case.
  macOS    (not verified) The path of --unix has 103 bytes at most.
  Windows  (not verified) There is no --unix here. A socket at :: takes IPv4 clients only when it is
           asked to, as this server does. There is no SIGTERM, and Ctrl-C is no signal: the system
           starts a thread in the program.";
