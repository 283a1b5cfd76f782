//! A harness with which a test reads like the conversation that it checks.
//!
//! A [`Scene`] holds the transcript. [`Program`]s are started in it and typed at; scripted peers
//! ([`Peer`], [`Listener`], [`DatagramPeer`]) talk to them, honestly or not. Everything that a test
//! awaits or does is written down in that order, with ports put into a form that is the same in
//! every run, and [`Scene::transcript`] returns it all, to be compared with a snapshot.
//!
//! Nothing here sleeps or uses a fixed port. Whatever is awaited has [`DEADLINE`] to come; if it
//! does not, the test fails with the command, the exit status, both streams and the transcript.

mod datagram;
mod listener;
mod needs;
mod output;
mod peer;
mod process;
mod program;
mod reader;
mod resources;
mod scene;
#[cfg(target_os = "linux")]
mod terminal;

pub use datagram::{DatagramPeer, ReservedPort};
pub use listener::Listener;
pub use peer::Peer;
pub use program::Program;
pub use reader::run_until_its_reader_leaves;
pub use resources::Resources;
pub use scene::Scene;

use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// How long anything awaited may take: far more than it should, for machines under load.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Builds another package's program and returns its path, for a test that needs two programs.
///
/// Cargo tells a test only where its own package's programs are; one that lies in `target/` from
/// before may be stale.
pub fn build(package: &str) -> String {
    let built = escargot::CargoBuild::new().package(package).bin(package).run();
    let program = built.unwrap_or_else(|error| panic!("cannot build {package}: {error}"));
    program.path().display().to_string()
}

/// Makes a call again if it was interrupted: one with a timeout is, when the machine has been stopped
/// and goes on (signal(7)).
pub(crate) fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Looks again and again until `found` returns something; `None` if [`DEADLINE`] passes first.
///
/// For what sends no event that one could wait for, such as another process's state.
pub fn poll<T>(mut found: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let answer = found();
        if answer.is_some() || start.elapsed() > DEADLINE {
            return answer;
        }
        thread::sleep(Duration::from_millis(1)); // between two looks, not for something to happen
    }
}
