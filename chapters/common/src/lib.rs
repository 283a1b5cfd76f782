//! The console around the socket, shared by all chapters: flags that name an address, lines that
//! come out whole, bytes turned into printable text, and one way to fail.
//!
//! No socket is opened, read or written in here: every chapter shows its own.

mod address;
mod console;
mod failure;
mod text;

pub use address::{ListenAddress, ServerAddress, name, seconds};
pub use console::{Typed, ask, print, read_typed};
pub use failure::{Failure, OrFail, exit_status, timed_out, words};
pub use text::{Decoder, printable};
