//! A recording: what running programs have called, and which call belongs to which.
//!
//! It is written as JSON, with these names. All times are in nanoseconds since the first call; calls
//! are numbered from 0 in the order in which they began, and everything else refers to them by that
//! number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of this format. It grows by one with each change that a reader must know of.
pub const VERSION: u32 = 1;

/// What running programs have called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recording {
    /// [`VERSION`], when this was written.
    pub version: u32,
    /// What it shows.
    pub title: String,
    /// Which part of it a picture shows; nothing, if all of it.
    pub shown: Option<Span>,
    /// The programs, in the order in which they began.
    pub processes: Vec<Process>,
    /// Their threads, in the order in which they made their first call.
    pub threads: Vec<Thread>,
    /// What they called, in the order in which the calls began.
    pub calls: Vec<Call>,
    /// When threads were stopped.
    pub stops: Vec<Stop>,
    /// Which bytes that were sent were received by which call.
    pub pairs: Vec<Pair>,
    /// Which connect was accepted by which call.
    pub accepted: Vec<Accepted>,
    /// Lines of the trace that were not understood, as they are.
    pub not_understood: Vec<String>,
}

/// A part of a recording, in nanoseconds since the first call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// Where it begins.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
}

/// A program that ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Process {
    /// The program: the last part of its path.
    pub program: String,
    /// Who it is in this recording, such as `client 2`, if whoever recorded it has said so.
    pub name: Option<String>,
    /// Its process id.
    pub id: u32,
}

/// A thread of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Thread {
    /// Its process, by its place in `processes`.
    pub process: usize,
    /// The name that it has given itself; `main` for the first one.
    pub name: String,
    /// Its thread id.
    pub id: u32,
    /// When it was over, be it by a signal; nothing if it still ran when the recording ended.
    pub ended: Option<u64>,
}

/// A system call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// Its thread, by its place in `threads`.
    pub thread: usize,
    /// Its name: `recvfrom`.
    pub name: String,
    /// Its arguments, as strace shows them.
    pub arguments: Vec<String>,
    /// When it began.
    pub start: u64,
    /// When it ended; nothing if it had not when the recording did, or if the thread ended in it.
    pub end: Option<u64>,
    /// What it returned: `5`, or `-1 EAGAIN (Resource temporarily unavailable)`.
    pub result: String,
    /// The error's name, if it failed.
    pub error: Option<String>,
    /// The socket that it was about.
    pub socket: Option<Socket>,
    /// What it sent or received.
    pub bytes: Option<Bytes>,
    /// Whether it waited.
    pub waited: Waited,
    /// The call that ended its wait, or would have.
    pub woken_by: Option<usize>,
    /// The line of the program that made it, if that is known.
    pub source: Option<Source>,
}

/// A time for which a thread was stopped, as Ctrl-Z does: it neither ran nor waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stop {
    /// The thread, by its place in `threads`.
    pub thread: usize,
    /// When it was stopped.
    pub from: u64,
    /// When it went on; nothing if it had not when the recording ended.
    pub to: Option<u64>,
}

/// A line of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The file, from the folder in which sources were looked for.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The function in which it stands.
    pub function: Option<String>,
}

/// The socket of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Socket {
    /// The descriptor.
    pub descriptor: i32,
    /// `TCP`, `TCPv6`, `UDP`, `UNIX-STREAM` and so on, as strace says it.
    pub protocol: String,
    /// Its own address, as far as it has one; of a socket in the file system, its number.
    pub here: Option<String>,
    /// The address of its peer, as far as it has one.
    pub there: Option<String>,
}

/// What a call sent or received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bytes {
    /// How many.
    pub count: u64,
    /// The beginning of them, as Rust would write a byte string: `hey\n`.
    pub shown: String,
    /// Whether there are more than are shown.
    pub cut: bool,
}

impl Process {
    /// Its name, or else its program's.
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.program)
    }
}

/// Whether a call waited: whether what it asked for came after it had been entered, or its thread was
/// seen asleep in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Waited {
    /// It did: until what it asked for came, its time was over, or a signal came.
    Yes,
    /// What it asked for was there, it asked for nothing, or it may not wait.
    No,
    /// Nothing shows when it came: the other side was not recorded, or did it at the same time.
    #[default]
    Unknown,
}

/// Bytes, from a call that sent them to one that received them. A send may have many, and a receive
/// too: that is a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    /// The call that sent them.
    pub sent: usize,
    /// The call that received them.
    pub received: usize,
    /// How many bytes of the stream came before them; of a datagram, 0.
    pub offset: u64,
    /// How many they are.
    pub count: u64,
}

/// A connection, from the call that asked for it to the one that returned it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// The call to connect.
    pub connect: usize,
    /// The call to accept.
    pub accept: usize,
}
