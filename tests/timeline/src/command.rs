//! A command, as a user types it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Result, ensure};

/// A command and its arguments.
#[derive(Clone, Debug)]
pub struct Words(pub Vec<String>);

/// Takes a command apart, as a shell would. Fails with what is wrong with it.
pub fn words(typed: &str) -> Result<Words, String> {
    match shlex::split(typed) {
        Some(words) if !words.is_empty() => Ok(Words(words)),
        Some(_) => Err("there is no command in it".to_owned()),
        None => Err("a quotation mark is not closed".to_owned()),
    }
}

impl Words {
    /// The file of the program, if there is one.
    pub fn program(&self) -> Option<PathBuf> {
        which::which(&self.0[0]).ok()
    }

    /// The program's name.
    pub fn name(&self) -> &str {
        self.0[0].rsplit('/').next().unwrap_or_default()
    }

    /// The command against a program that listens there. Fails if it asks where that is, and nobody
    /// has seen it.
    pub fn against(&self, address: Option<SocketAddr>) -> Result<Vec<String>> {
        let needs = |word: &String| word.contains("{host}") || word.contains("{port}");
        match address {
            Some(address) => {
                let (host, port) = (callable(address.ip()).to_string(), address.port().to_string());
                // Together they are written with brackets, if they are of IPv6.
                let both = SocketAddr::new(callable(address.ip()), address.port()).to_string();
                let fill = |word: &String| {
                    let word = word.replace("{host}:{port}", &both);
                    word.replace("{host}", &host).replace("{port}", &port)
                };
                Ok(self.0.iter().map(fill).collect())
            }
            None => {
                ensure!(
                    !self.0.iter().any(needs),
                    "nobody has seen where the first program listens: write its address and port"
                );
                Ok(self.0.clone())
            }
        }
    }
}

/// An address that can be connected to, of a program that listens there.
fn callable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        one => one,
    }
}
