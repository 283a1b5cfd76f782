//! A thread whose failure stays its own.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};

use common::info;

/// Does `work` for the client called `name` in a thread of its own.
///
/// If `work` panics, a line says so, everything that it owns is dropped, and nobody else notices.
/// Fails if no thread can be started; then, too, everything that `work` owns is dropped.
pub fn in_a_thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let client = name.to_owned();
    let body = move || {
        // AssertUnwindSafe: what threads share here is changed in single steps under its lock.
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            info!("client {client} lost: its thread has panicked");
        }
    };
    // thread::spawn would panic where the system has no thread left to give; spawn on a Builder
    // returns the error. The thread's name shows in a debugger, and in top -H.
    thread::Builder::new().name(name.to_owned()).spawn(body)
}
