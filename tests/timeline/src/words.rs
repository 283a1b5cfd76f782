//! Calls, in sentences.

use crate::blocking::came_to_nothing;
use crate::label::{is_blocking, timeout};
use crate::recording::{Bytes, Call, Recording, Waited};
use crate::transfer::{RECEIVES, is_send};

/// What happens in a call, as a sentence or two. `number` is its place in the recording.
pub fn sentence(recording: &Recording, number: usize) -> String {
    let mut told = format!("{} {}", who(recording, number), does(&recording.calls[number]));
    if let Some(waited) = waited(recording, number) {
        told += " ";
        told += &waited;
    }
    let call = &recording.calls[number];
    let took = call.end.map_or(0, |end| (end - call.start) / 1_000_000);
    if call.waited == Waited::Yes && took > 0 {
        told += &format!(" That takes {took} ms.");
    }
    told
}

/// The program and the thread that made a call.
pub(crate) fn who(recording: &Recording, number: usize) -> String {
    let thread = &recording.threads[recording.calls[number].thread];
    let process = recording.processes[thread.process].called();
    match thread.name.as_str() {
        "main" => process.to_owned(),
        name => format!("{process}, thread {name},"),
    }
}

/// Who has a lane, and below it what it is: the program's name, and the thread's.
pub(crate) fn lane_names(recording: &Recording, thread: usize) -> [String; 2] {
    let thread = &recording.threads[thread];
    let process = &recording.processes[thread.process];
    let below = match (thread.name.as_str(), &process.name) {
        ("main", None) => "",
        ("main", Some(_)) => &process.program,
        (name, _) => name,
    };
    [process.called().to_owned(), below.to_owned()]
}

fn does(call: &Call) -> String {
    if let Some(error) = &call.error {
        let words = call.result.split_once(" (").map_or("", |(_, words)| words);
        let words = words.trim_end_matches(')').to_lowercase();
        return format!("calls {}, which fails with {error}: {words}.", call.name);
    }
    if call.result.starts_with("? ERESTART") {
        return format!("calls {}, which does not come to its end.", call.name);
    }
    let there = call.socket.as_ref().and_then(|it| it.there.as_ref());
    let to = |before: &str| there.map_or(String::new(), |there| format!("{before}{there}"));
    let argument = |at: usize| call.arguments.get(at).map_or("", String::as_str);
    match (call.name.as_str(), &call.bytes) {
        ("accept" | "accept4", _) => "takes a connection from its listener's queue.".to_owned(),
        ("connect", _) => format!("connects{}.", to(" to ")),
        ("listen", _) => "lets the kernel take connections for it.".to_owned(),
        ("bind", _) => "gives its socket an address.".to_owned(),
        ("socket", _) => "creates a socket.".to_owned(),
        ("shutdown", _) if argument(1) == "SHUT_RD" => "will receive nothing more.".to_owned(),
        ("shutdown", _) => "ends its half of the connection.".to_owned(),
        ("close", _) => "closes its socket.".to_owned(),
        ("setsockopt", _) => match timeout(call).as_deref() {
            Some("0 s") => format!("takes {} away.", option(argument(2))),
            Some(time) => format!("sets {} to {time}.", option(argument(2))),
            None => format!("sets {}.", option(argument(2))),
        },
        ("fcntl" | "ioctl", _) if is_blocking(call) => "makes its socket block.".to_owned(),
        ("fcntl" | "ioctl", _) => "makes its socket non-blocking.".to_owned(),
        ("exit", _) => "ends: this thread does.".to_owned(),
        ("exit_group", _) => "ends, with all its threads.".to_owned(),
        ("clone" | "clone3", _) if is_thread(call) => "starts a thread.".to_owned(),
        ("clone" | "clone3" | "fork" | "vfork", _) => "starts a process.".to_owned(),
        ("futex", _) if argument(1).starts_with("FUTEX_WAKE") => "wakes a thread.".to_owned(),
        ("futex", _) => "waits for another thread.".to_owned(),
        ("clock_nanosleep" | "nanosleep", _) => "sleeps.".to_owned(),
        ("write" | "writev", Some(_)) if call.socket.is_none() => "prints.".to_owned(),
        ("read" | "readv", Some(bytes)) if call.socket.is_none() => match bytes.count {
            0 => "reads 0 bytes: its input has ended.".to_owned(),
            _ => format!("reads {} of what is typed.", number_of(bytes)),
        },
        (name, Some(bytes)) if RECEIVES.contains(&name) => match bytes.count {
            0 if is_datagram(call) => "receives an empty datagram.".to_owned(),
            0 => "receives 0 bytes: the other side has ended its half.".to_owned(),
            _ => format!("receives {}.", number_of(bytes)),
        },
        (_, Some(bytes)) => {
            format!("hands {} to the kernel{}.", number_of(bytes), to(", for "))
        }
        (name, None) => format!("calls {name}."),
    }
}

fn is_datagram(call: &Call) -> bool {
    call.socket
        .as_ref()
        .is_some_and(|socket| socket.protocol.starts_with("UDP") || socket.protocol == "UNIX-DGRAM")
}

/// Whether a call makes a thread of the same process, and not another process.
pub(crate) fn is_thread(call: &Call) -> bool {
    call.arguments.iter().any(|it| it.contains("CLONE_THREAD"))
}

/// An option's name. strace adds `_OLD` where the kernel has two of them.
pub(crate) fn option(name: &str) -> &str {
    name.strip_suffix("_OLD").unwrap_or(name)
}

/// Whether a call waited, and for what.
fn waited(recording: &Recording, number: usize) -> Option<String> {
    let call = &recording.calls[number];
    let cause = call.woken_by.map(|cause| (who(recording, cause), done(&recording.calls[cause])));
    let is_end = matches!(call.name.as_str(), "exit" | "exit_group");
    Some(match (call.waited, cause, call.end) {
        (_, _, None) if is_end => return None,
        (Waited::Yes, _, None) => "It still waits when the recording ends.".to_owned(),
        (_, _, None) => "It is still in it when the recording ends.".to_owned(),
        (Waited::Yes, Some((who, [does, _])), _) => format!("It waits until {who} {does}."),
        (Waited::Yes, None, _) => alone(call).to_owned(),
        (Waited::No, Some((who, [_, done])), _) => {
            format!("It does not wait: {who} {done} before.")
        }
        (Waited::No, None, _) if is_over_by_time(call) && is_send(&call.name) => {
            "It does not wait: there is no room.".to_owned()
        }
        (Waited::No, None, _) if is_over_by_time(call) => {
            "It does not wait: nothing is there.".to_owned()
        }
        (Waited::No, None, _) => return None,
        (Waited::Unknown, Some((who, [does, _])), _) => {
            format!("Whether it waits cannot be told: {who} {does} at the same time.")
        }
        (Waited::Unknown, None, _) => {
            "Whether it waits cannot be told: it is not seen asleep.".to_owned()
        }
    })
}

/// Why a call waited that no recorded call ended.
fn alone(call: &Call) -> &'static str {
    match call.name.as_str() {
        _ if call.result.starts_with("? ERESTART") => "It waits until a signal comes.",
        _ if call.error.as_deref() == Some("EINTR") => "It waits until a signal comes.",
        _ if call.result.contains("fd=0, revents=POLLIN") => "It waits until something is typed.",
        "read" if call.bytes.as_ref().is_some_and(|it| it.count == 0) => {
            "It waits until its input ends."
        }
        _ if is_over_by_time(call) => "It waits until its time is over.",
        "read" | "readv" if call.socket.is_none() => "It waits until something is typed.",
        "connect" => "It waits for an answer.",
        "futex" => "Who wakes it was not recorded.",
        name if is_send(name) => "It waits for room in the kernel's buffer.",
        _ => "It was seen asleep; what it waits for was not recorded.",
    }
}

fn is_over_by_time(call: &Call) -> bool {
    came_to_nothing(&call.name, &call.result, call.error.as_deref())
}

/// What a call does for another one that waits for it, and what it has done for one that need not.
fn done(call: &Call) -> [String; 2] {
    let words = match call.name.as_str() {
        "connect" => ["connects", "had connected"],
        "shutdown" => ["ends its half", "had ended its half"],
        "close" => ["closes", "had closed"],
        "futex" => ["wakes it", "had woken it"],
        "exit" => ["ends", "had ended"],
        name if is_send(name) => ["sends", "had sent"],
        name => return [format!("calls {name}"), format!("had called {name}")],
    };
    words.map(str::to_owned)
}

fn number_of(bytes: &Bytes) -> String {
    counted(bytes.count, "byte")
}

/// So many of something: `1 byte`, `2 bytes`.
pub fn counted(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
