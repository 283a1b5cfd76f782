//! A terminal, for programs that people type at.

use std::fs::File;
use std::io;

use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};

/// Both ends of a terminal (pty(7)).
pub(crate) struct Terminal {
    /// Our end: what we write here is typed.
    pub(crate) keyboard: File,
    /// Our end: what the program prints, and the echo of what is typed.
    pub(crate) screen: File,
    /// The program's end, for each of its three streams.
    pub(crate) streams: [File; 3],
}

impl Terminal {
    /// Opens a new terminal, which controls no process.
    pub(crate) fn open() -> io::Result<Self> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags)?;
        unlockpt(&ours)?;
        let theirs = File::from(ioctl_tiocgptpeer(&ours, flags)?);
        let screen = File::from(ours);
        Ok(Self {
            keyboard: screen.try_clone()?,
            screen,
            streams: [theirs.try_clone()?, theirs.try_clone()?, theirs],
        })
    }
}
