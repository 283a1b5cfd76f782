//! The flags that every chapter shares.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use crate::failure::Failure;

/// `--host` and `--port` of a client: whom to call.
pub type ServerAddress = Address<1>;

/// `--host` and `--port` of a server: where to listen. Port 0 asks the kernel for a free one.
pub type ListenAddress = Address<0>;

/// `--host` and `--port`, from `LEAST` up.
#[derive(clap::Args, Clone, Debug)]
pub struct Address<const LEAST: i64> {
    /// The server's host name, IPv4 or IPv6 address
    #[arg(long, default_value = "127.0.0.1")]
    host: String,

    /// The server's port; a server (not a client) may take 0, and gets a free one from the kernel
    #[arg(long, default_value_t = 6666, value_parser = clap::value_parser!(u16).range(LEAST..))]
    port: u16,
}

impl<const LEAST: i64> Address<LEAST> {
    /// Asks the system's resolver for every address that the host name stands for.
    ///
    /// Returns at least one address, best first (RFC 6724 orders them); an IP address stands for
    /// itself. Fails if the name is not known, or the resolver cannot be reached.
    pub fn resolve(&self) -> Result<Vec<SocketAddr>, Failure> {
        let found = (self.bare_host(), self.port).to_socket_addrs().map(Vec::from_iter);
        let why = match found {
            Ok(addresses) if !addresses.is_empty() => return Ok(addresses),
            Ok(_) => "it has no address".into(),
            Err(error) => error.to_string(),
        };
        Err(Failure::new(format_args!(
            "cannot find the host {:?}: {why} (check --host; the port goes into --port)",
            self.host
        )))
    }

    /// The first of the addresses that [`resolve`](Self::resolve) finds.
    pub fn resolve_first(&self) -> Result<SocketAddr, Failure> {
        Ok(self.resolve()?[0])
    }

    /// The host without the brackets that people copy from `[::1]:6666`.
    fn bare_host(&self) -> &str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host)
    }
}

/// `host:port`, and `[host]:port` around the colons of IPv6.
impl<const LEAST: i64> fmt::Display for Address<LEAST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.bare_host();
        if host.contains(':') {
            write!(f, "[{host}]:{}", self.port)
        } else {
            write!(f, "{host}:{}", self.port)
        }
    }
}

/// A socket's address as people write it. On some systems a peer that has gone leaves none behind.
pub fn name(address: Option<SocketAddr>) -> String {
    address.map_or("an unknown address".into(), |address| address.to_string())
}

/// Reads a time on the command line: seconds, fractions allowed, a microsecond at least.
///
/// Zero is refused here because the socket calls disagree about it: to `setsockopt` it means "no
/// timeout", to Python's `settimeout` "do not block", and std's `set_read_timeout` refuses it. The
/// kernel counts in microseconds, so that anything less would become zero on the way.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse().ok().filter(|number: &f64| !number.is_nan());
    let number = number.ok_or("not a number of seconds, such as 2 or 0.5")?;
    match Duration::try_from_secs_f64(number) {
        Ok(time) if time >= Duration::from_micros(1) => Ok(time),
        Err(_) if number > 0.0 => Err("too large".into()),
        _ => Err("must be at least 0.000001".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{ListenAddress, seconds};
    use std::time::Duration;

    fn address(host: &str) -> ListenAddress {
        ListenAddress { host: host.into(), port: 80 }
    }

    #[test]
    fn an_ipv6_address_is_bracketed_once() {
        assert_eq!(address("::1").to_string(), "[::1]:80");
        assert_eq!(address("[::1]").to_string(), "[::1]:80");
        assert_eq!(address("localhost").to_string(), "localhost:80");
    }

    #[test]
    fn an_address_in_digits_resolves_to_itself() {
        let first = |host| address(host).resolve_first().ok().map(|a| a.to_string());
        assert_eq!(first("127.0.0.1").as_deref(), Some("127.0.0.1:80"));
        assert_eq!(first("[::1]").as_deref(), Some("[::1]:80"));
    }

    #[test]
    fn times_are_seconds_of_a_microsecond_at_least() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("2"), Ok(Duration::from_secs(2)));
        assert_eq!(seconds("0.000001"), Ok(Duration::from_micros(1)));
        for refused in ["0", "-1", "-0.0", "0.0000009", "NaN", "inf", "1e300", "soon", ""] {
            assert!(seconds(refused).is_err(), "{refused} was accepted");
        }
    }
}
