//! What is known of each call, before it is known which belong together.

use std::collections::HashMap;

use crate::blocking::has_no_time;
use crate::futex;
use crate::recording::Socket;
use crate::sockets::Sockets;
use crate::strace::{Call, descriptor, socket_address};
use crate::threads::Threads;
use crate::transfer::{Transfer, transfer};

/// A call that a recording keeps.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) call: Call,
    pub(crate) thread: usize,
    pub(crate) process: usize,
    /// The socket that it was about.
    pub(crate) socket: Option<Socket>,
    /// The socket that it returned: accept does.
    pub(crate) returned: Option<Socket>,
    /// What it transferred, and how many bytes.
    pub(crate) transfer: Option<(Transfer, u64)>,
    /// To whom a datagram was sent, or from whom it came, if the call itself says so.
    pub(crate) peer: Option<String>,
    /// Whether it may wait: its socket has not been made non-blocking, and it has more time than none.
    pub(crate) may_wait: bool,
    /// Whether its socket was seen to get a timeout.
    pub(crate) has_timeout: bool,
}

impl Known {
    pub(crate) fn name(&self) -> &str {
        &self.call.name
    }

    pub(crate) fn start(&self) -> u64 {
        self.call.start
    }

    pub(crate) fn end(&self) -> Option<u64> {
        self.call.end
    }

    /// When it had been let into the kernel, at the latest. strace notes its beginning before that,
    /// and then has more to do. Nothing, if that is not known.
    pub(crate) fn entered_by(&self) -> Option<u64> {
        self.call.told?.checked_sub(self.call.took?)
    }

    /// When it had ended, at the latest.
    pub(crate) fn ended_by(&self) -> Option<u64> {
        self.call.told.filter(|_| self.call.end.is_some())
    }

    /// Whether it had surely ended at this moment.
    pub(crate) fn is_over_at(&self, moment: u64) -> bool {
        self.ended_by().or(self.end()).is_some_and(|end| end <= moment)
    }
}

/// What is known of all calls that are kept, in order.
pub(crate) fn known(calls: Vec<Call>, threads: &mut Threads) -> Vec<Known> {
    let mut sockets = Sockets::default();
    let mut all = Vec::new();
    for call in calls {
        let thread = threads.of(&call);
        let process = threads.threads[thread].process;
        let (socket, returned) = sockets.of(process, &call);
        let may_wait = sockets.may_wait(process, &call) && !has_no_time(&call);
        let has_timeout = sockets.has_timeout(process, &call);
        if !is_kept(&call, socket.as_ref()) {
            continue;
        }
        let transfer = socket.as_ref().and_then(|socket| transfer(&call, socket));
        let peer = call.arguments.get(4).and_then(|it| socket_address(it)).or_else(|| {
            let is_message = matches!(call.name.as_str(), "sendmsg" | "recvmsg");
            call.arguments.get(1).filter(|_| is_message).and_then(|it| socket_address(it))
        });
        let peer = peer.map(|it| it.to_string());
        all.push(Known {
            call,
            thread,
            process,
            socket,
            returned,
            transfer,
            peer,
            may_wait,
            has_timeout,
        });
    }
    look_ahead(&mut all);
    all
}

/// Whether a recording keeps a call: whatever is about a socket, may wait for one, for the keyboard or
/// for another thread, is told to the user, or makes or ends a thread.
fn is_kept(call: &Call, socket: Option<&Socket>) -> bool {
    let is_standard = || {
        let descriptor = call.arguments.first().and_then(|it| descriptor(it));
        descriptor.is_some_and(|it| it.number <= 2)
    };
    socket.is_some()
        || match call.name.as_str() {
            "poll" | "ppoll" | "select" | "pselect6" | "epoll_wait" | "epoll_pwait" => true,
            "restart_syscall" | "clone" | "clone3" | "fork" | "vfork" | "exit" | "exit_group" => {
                true
            }
            "clock_nanosleep" | "nanosleep" | "wait4" | "waitid" => true,
            "futex" => futex::is_of_interest(call),
            "read" | "readv" | "write" | "writev" => is_standard(),
            _ => false,
        }
}

/// When a socket connects, its own address is not known yet, but calls that follow may tell it; the
/// same goes for the first datagram that it sends.
fn look_ahead(all: &mut [Known]) {
    let mut later: HashMap<(usize, i32), Socket> = HashMap::new();
    for known in all.iter_mut().rev() {
        let Some(socket) = &mut known.socket else { continue };
        let key = (known.process, socket.descriptor);
        let is_new = known.call.name == "socket";
        if known.call.name == "close" {
            later.remove(&key); // whatever has this number afterwards is another one
        }
        if let Some(seen) = later.get(&key).filter(|seen| seen.protocol == socket.protocol) {
            let is_datagram = socket.protocol.starts_with("UDP");
            if known.call.name == "connect"
                && known.call.outcome.error.as_deref() != Some("ECONNREFUSED")
            {
                *socket = seen.clone();
            } else if is_datagram && socket.here.is_none() && !is_new {
                socket.here.clone_from(&seen.here);
            }
        }
        if is_new {
            later.remove(&key);
        } else if socket.here.is_some() {
            later.insert(key, socket.clone());
        }
    }
}
