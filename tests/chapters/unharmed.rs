//! How a server, of streams or of datagrams, shows that it has taken no harm.

use std::net::{TcpStream, UdpSocket};

use harness::{Program, Resources};

/// Compares what a server used before and after: the same threads and descriptors, and no more
/// memory than an allocator may keep for the next time.
#[track_caller]
pub fn has_not_grown(server: &Program, before: Option<Resources>, after: Option<Resources>) {
    let (Some(before), Some(after)) = (before, after) else { return };
    let same = (before.threads, before.descriptors) == (after.threads, after.descriptors);
    if !same || after.resident > before.resident + 2048 {
        server.fail(format_args!("it has grown: from {before:?} to {after:?}"));
    }
}

/// `server | head -1`: the reader of its output leaves, and the server ends without a word.
#[track_caller]
pub fn ends_quietly_when_its_reader_leaves(server: &str, args: &[&str]) {
    let ended = harness::run_until_its_reader_leaves(server, args, |first, _| {
        let address = first.rsplit(' ').next().expect("the first line names the address");
        // Either of these makes one kind of server print, and is nothing to the other kind.
        drop(TcpStream::connect(address));
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let _ = socket.send_to(b"hello", address);
    });
    assert_eq!(ended, (Some(0), String::new()));
}
