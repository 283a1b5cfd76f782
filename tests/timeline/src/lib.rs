//! Who waits for whom in running programs: recorded by strace(1).

mod known;
mod pairs;
pub mod picture;
pub mod record;
pub mod recording;
mod sockets;
pub mod sources;
pub mod strace;
mod threads;
pub mod tracer;
mod transfer;
mod waits;
pub mod words;
