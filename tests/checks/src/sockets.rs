//! The sockets of a running program, seen from outside: proc(5) lists its descriptors, and a copy
//! of each socket is asked what it is.

use std::fmt;

use socket2::{Domain, Type};

use crate::look::hides;
use crate::program::HIDES;
use crate::words::ended;
use crate::{Failed, Played, Program};

/// A socket that a program has open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSocket {
    /// The number by which the kernel tells sockets apart, whatever descriptors refer to them.
    pub inode: u64,
    /// Its family: the option SO_DOMAIN.
    pub domain: Domain,
    /// Its type: the option SO_TYPE.
    pub kind: Type,
}

/// `AF_INET6, SOCK_DGRAM`
impl fmt::Display for OpenSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {:?}", self.domain, self.kind)
    }
}

impl Program {
    /// The sockets that the program and its descendants have open when they have done all that
    /// there was to do. Two descriptors of one socket count once.
    ///
    /// Linux only. It takes leave to trace the program (pidfd_getfd(2)); where that is denied, the
    /// check cannot be made.
    pub fn sockets(&self) -> Result<Vec<OpenSocket>, Failed> {
        self.stage.settle();
        of_family(self.id()).map_err(|why| {
            if hides(self.id()) {
                return Failed::fail("your program's sockets to be seen from outside", HIDES);
            }
            let why = format!("{why} (it takes leave to trace the program, see ptrace(2))");
            Failed::grader("to look at your program's sockets", why)
        })
    }

    /// The one socket that the program has open, which must be of this family and type.
    pub fn has_one_socket(&self, domain: Domain, kind: Type) -> Result<OpenSocket, Failed> {
        let sockets = self.sockets()?;
        match sockets[..] {
            [one] if (one.domain, one.kind) == (domain, kind) => {
                self.stage.tell("your program", format_args!("has one open socket: {one}"));
                Ok(one)
            }
            _ => {
                let expected = format!("one open socket: {domain:?}, {kind:?}");
                let came = match self.end() {
                    Some(status) => format!("no open socket: your program {}", ended(status)),
                    None => in_words(&sockets),
                };
                Err(Failed::fail(expected, came))
            }
        }
    }

    /// Fails unless this socket, and no other, is open still.
    pub fn still_has(&self, socket: OpenSocket) -> Played {
        match self.has_one_socket(socket.domain, socket.kind)? == socket {
            true => Ok(()),
            false => Err(Failed::fail("the same socket as before", "another one, of this kind")),
        }
    }
}

/// `2 open sockets: AF_INET, SOCK_STREAM; AF_INET6, SOCK_DGRAM`
fn in_words(sockets: &[OpenSocket]) -> String {
    let mut kinds: Vec<_> = sockets.iter().map(ToString::to_string).collect();
    kinds.sort();
    match kinds.len() {
        0 => "no open socket: none has been created, or it has been closed again".to_owned(),
        1 => format!("one open socket: {}", kinds[0]),
        count => format!("{count} open sockets: {}", kinds.join("; ")),
    }
}

#[cfg(not(target_os = "linux"))]
fn of_family(_process: u32) -> std::io::Result<Vec<OpenSocket>> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(target_os = "linux")]
use linux::of_family;

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::fs;
    use std::io::{self, ErrorKind};

    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
    use socket2::Socket;

    use super::OpenSocket;
    use crate::look::{family, look};

    /// The sockets of a process and its descendants, each once.
    pub(super) fn of_family(process: u32) -> io::Result<Vec<OpenSocket>> {
        // What we have open too has come from us: an editor's terminal, for one, may hand a socket
        // of its own down to all that is started in it.
        let inherited = descriptors("self")?;
        let mut sockets = BTreeMap::new();
        for id in family(process) {
            let found = match descriptors(&id.to_string()) {
                Ok(found) => found,
                // The descriptors of a process that has ended belong to nobody, or to root.
                Err(_) if look(id).is_none() => continue,
                Err(error) => return Err(error),
            };
            for (inode, descriptor) in found {
                if !inherited.contains_key(&inode)
                    && let Some(copy) = copy(id, descriptor)?
                {
                    let (domain, kind) = (copy.domain()?, copy.r#type()?);
                    sockets.insert(inode, OpenSocket { inode, domain, kind });
                }
            }
        }
        Ok(sockets.into_values().collect())
    }

    /// The inode of each socket of a process, and a descriptor by which the process refers to it.
    fn descriptors(process: &str) -> io::Result<BTreeMap<u64, i32>> {
        let mut sockets = BTreeMap::new();
        for entry in fs::read_dir(format!("/proc/{process}/fd"))? {
            let entry = entry?;
            let target = match fs::read_link(entry.path()) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue, // closed meanwhile
                target => target?,
            };
            // socket:[INODE], see proc_pid_fd(5).
            let target = target.to_string_lossy();
            let inode = target.strip_prefix("socket:[").and_then(|it| it.strip_suffix(']'));
            let inode: Option<u64> = inode.and_then(|inode| inode.parse().ok());
            let descriptor = entry.file_name().to_string_lossy().parse().ok();
            sockets.extend(inode.zip(descriptor));
        }
        Ok(sockets)
    }

    /// A copy of another process's socket; `None` if it has been closed meanwhile.
    fn copy(process: u32, descriptor: i32) -> io::Result<Option<Socket>> {
        let id = i32::try_from(process).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
        let copied = pidfd_open(id, PidfdFlags::empty())
            .and_then(|process| pidfd_getfd(process, descriptor, PidfdGetfdFlags::empty()));
        match copied {
            Ok(copy) => Ok(Some(copy.into())),
            Err(Errno::BADF | Errno::SRCH) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
