//! Listening sockets, for the network and for this machine alone.

#[cfg(unix)]
use std::fs;
use std::io;
#[cfg(unix)]
use std::io::ErrorKind;
use std::net::{Ipv6Addr, SocketAddr};
#[cfg(unix)]
use std::os::unix::fs::{FileTypeExt, MetadataExt};
#[cfg(unix)]
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::Duration;

use common::{info, name};
#[cfg(unix)]
use socket2::SockAddr;
use socket2::{Domain, Socket, Type};

/// The queue of those that wait for accept, for clients that come all at once.
const BACKLOG: i32 = 1024;

/// How many bytes the kernel keeps for a client that does not read (Linux doubles the number, and
/// lets it grow to megabytes where none is set: tcp(7), tcp_wmem). Accepted sockets inherit it.
const SEND_BUFFER: usize = 64 << 10;

/// How long somebody may take to answer at a path that is in use.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(1);

// ANCHOR: dual-stack
/// socket, bind, listen. The address `::` takes IPv4 clients as well: they show as addresses that
/// begin with `::ffff:` (RFC 4291, section 2.5.5.2). Some systems have to be told so.
pub fn listen_on(address: SocketAddr) -> io::Result<Socket> {
    let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.ip() == Ipv6Addr::UNSPECIFIED {
        listener.set_only_v6(false)?;
    }
    #[cfg(unix)]
    listener.set_reuse_address(true)?;
    listener.bind(&address.into())?;
    listener.set_send_buffer_size(SEND_BUFFER)?;
    listener.listen(BACKLOG)?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    Ok(listener)
}
// ANCHOR_END: dual-stack

/// The path of a listening socket, which this removes when it is dropped: to close the socket leaves
/// it in the file system. (Where there are no such paths, there is no value of this type.)
pub struct SocketPath {
    #[cfg(unix)]
    path: PathBuf,
    #[cfg(unix)]
    inode: u64,
}

// ANCHOR: unix
/// The same at a path. When a server has died, its path is still there, and bind finds it in use: if
/// nobody answers, it is removed.
#[cfg(unix)]
pub fn listen_at(path: &Path) -> io::Result<(Socket, SocketPath)> {
    let listener = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    let address = SockAddr::unix(path)?;
    match listener.bind(&address) {
        Err(error) if error.kind() == ErrorKind::AddrInUse && is_deserted(path, &address) => {
            fs::remove_file(path)?;
            listener.bind(&address)?;
        }
        bound => bound?,
    }
    let path = SocketPath { path: path.to_owned(), inode: fs::symlink_metadata(path)?.ino() };
    listener.listen(BACKLOG)?;
    info!("server start at : {}", path.path.display());
    Ok((listener, path))
}

/// Whether a path is that of a socket, and nobody listens there.
#[cfg(unix)]
fn is_deserted(path: &Path, address: &SockAddr) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_socket());
    let call = || Socket::new(Domain::UNIX, Type::STREAM, None)?.connect_timeout(address, PATIENCE);
    is_socket && call().is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}
// ANCHOR_END: unix

#[cfg(unix)]
impl Drop for SocketPath {
    fn drop(&mut self) {
        // By now it may be another server's, and then we leave it alone.
        if fs::symlink_metadata(&self.path).is_ok_and(|it| it.ino() == self.inode) {
            let _ = fs::remove_file(&self.path);
        }
    }
}
