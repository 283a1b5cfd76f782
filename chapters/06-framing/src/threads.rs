//! A thread whose failure stays its own.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use common::info;

/// Does `work` for the client called `name` in a thread of its own.
///
/// If `work` panics, a line says so, everything that it owns is dropped, and nobody else notices.
/// Fails if no thread can be started; then, too, everything that `work` owns is dropped.
pub fn in_a_thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let client = name.to_owned();
    let body = move || {
        // A panic ends its own thread only, and drops what that owns. It is caught here so that a
        // line says so. AssertUnwindSafe: nothing that threads share is left half-changed, for
        // permits are counted in single atomic steps and lines are printed whole.
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            info!("client {client} lost: its thread has panicked");
        }
    };
    // thread::spawn would panic where the system has no thread left to give; spawn on a Builder
    // returns the error. The thread's name shows in a debugger, and in top -H.
    thread::Builder::new().name(name.to_owned()).spawn(body).map(drop)
}
