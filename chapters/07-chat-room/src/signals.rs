//! Ctrl-C, twice.

use std::io::{self, Write};
use std::mem;
use std::process;
use std::sync::mpsc::{self, Receiver};

use common::Failure;

// ANCHOR: signals
/// A channel on which something comes at Ctrl-C, SIGTERM or SIGHUP. The second time the program ends
/// at once.
///
/// A signal may interrupt any instruction, and what its handler may do then is next to nothing
/// (signal-safety(7)). The crate ctrlc has a thread that the handler wakes, and which then calls us;
/// on Windows there are no signals, and the system itself starts a thread.
pub fn end() -> Result<Receiver<()>, Failure> {
    let (sender, ended) = mpsc::channel();
    let mut first = true;
    let handler = move || {
        if mem::take(&mut first) {
            let _ = sender.send(()); // fails if the program is ending anyway
        } else {
            let _ = writeln!(io::stderr(), "error: ended at once, before all clients had left");
            process::exit(1);
        }
    };
    let set = ctrlc::set_handler(handler);
    set.map_err(|error| Failure::new(format_args!("cannot wait for Ctrl-C: {error}")))?;
    Ok(ended)
}
// ANCHOR_END: signals
