//! A reader that leaves, as `head -1` does when it has its line.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::poll;

/// Starts a program, reads its first line, and then stops reading. From then on calls `provoke`
/// again and again, with that line and the program's stdin, to make the program print more.
///
/// Returns its exit status, `None` if it does not end, and what it has written to stderr.
#[track_caller]
pub fn run_until_its_reader_leaves(
    program: &str,
    args: &[&str],
    mut provoke: impl FnMut(&str, &mut ChildStdin),
) -> (Option<i32>, String) {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Killed(command.spawn().expect("the program starts"));
    let mut stdin = child.0.stdin.take().expect("stdin is piped");
    let mut stdout = BufReader::new(child.0.stdout.take().expect("stdout is piped"));
    let mut first = String::new();
    stdout.read_line(&mut first).expect("the program prints its first line");
    drop(stdout);
    // Again and again, because another test's child may hold the reading end too for a moment,
    // between its fork and its exec, and as long nothing is wrong with printing.
    let status = poll(|| {
        provoke(first.trim_end(), &mut stdin);
        child.0.try_wait().expect("the program can be waited for")
    });
    let mut errors = String::new();
    if status.is_some() {
        let mut stderr = child.0.stderr.take().expect("stderr is piped");
        stderr.read_to_string(&mut errors).expect("stderr is text");
    }
    (status.and_then(|status| status.code()), errors)
}

/// A child that does not outlive its test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
