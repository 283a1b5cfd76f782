//! Who waits for whom in running programs: recorded by strace(1).

pub mod asleep;
mod blocking;
pub mod compare;
pub mod files;
mod futex;
mod known;
mod label;
mod pairs;
pub mod picture;
pub mod processes;
pub mod record;
pub mod recording;
mod send_buffer;
mod sockets;
pub mod sources;
pub mod strace;
mod threads;
pub mod tool;
pub mod tracer;
mod transfer;
mod waits;
pub mod words;
