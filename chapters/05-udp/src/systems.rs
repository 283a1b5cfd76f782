//! What holds on one system and not on another. The row for Linux is checked by this chapter's
//! tests or stands in the man pages named below; the others, nobody here has run.

/// A row for each system, shown by `--help`.
///
/// Sources: udp(7) and ip(7) for Linux, but udp(7) says that an unconnected socket learns of errors
/// as well, and the kernel does otherwise, as a test shows; sysctl net.inet.udp.maxdgram and
/// recv(2) for macOS; Microsoft's pages on recvfrom and WSARecvFrom (WSAEMSGSIZE, WSAECONNRESET)
/// for Windows. The largest datagram follows from the 16-bit lengths of RFC 768, RFC 791 and RFC
/// 8200: 65,535 bytes less 8 of UDP's header and, for IPv4, 20 of IP's.
pub const DIFFERENCES: &str = "\
What differs between systems:
  Linux    The largest datagram has 65,507 bytes over IPv4 and 65,527 over IPv6. One that does not
           fit the receiver's buffer is cut without an error. A connected socket learns that nobody
           listens (connection refused); an unconnected one does not, unless it asks (IP_RECVERR).
  macOS    (not verified) As Linux, but a datagram of more than 9,216 bytes is refused unless
           net.inet.udp.maxdgram is raised.
  Windows  (not verified) A datagram that does not fit the receiver's buffer is cut and recvfrom
           fails with error 10040 (WSAEMSGSIZE). That nobody listens shows as a connection reset
           (10054, WSAECONNRESET), and even an unconnected socket's next recvfrom fails with it.";
