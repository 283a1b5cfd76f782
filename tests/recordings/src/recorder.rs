//! Commands as a reader types them, and what they print.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use harness::{DEADLINE, Program, Scene, build, poll};
use tempfile::TempDir;

use crate::stable::stable;

/// Where a scene's tools are: the system's own folders. A `python3` or `nc` that stands elsewhere
/// is of another version, or a script that shows calls of its own.
const SYSTEM_PATH: &str = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

/// The scene that is being recorded, and its recordings so far.
pub struct Recorder {
    /// In it, the chapters' programs run and are typed at.
    pub scene: Scene,
    recordings: Vec<(String, String)>,
    /// Where commands run. In it are the programs, under the names that a reader types.
    folder: TempDir,
}

impl Recorder {
    /// Builds these packages' programs. A command may start them as `target/debug/NAME`.
    pub fn new(packages: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder to run in");
        fs::create_dir_all(folder.path().join("target/debug")).expect("folders can be made");
        let recorder = Self { scene: Scene::new(), recordings: Vec::new(), folder };
        for name in packages {
            symlink(build(name), recorder.program(name)).expect("links can be made");
        }
        recorder
    }

    /// Starts a chapter's program, on the port that it has by default.
    pub fn start(&self, name: &str, package: &str, args: &[&str]) -> Program {
        self.scene.start(name, &self.program(package).to_string_lossy(), args)
    }

    /// Starts a command on a terminal of its own, as a reader would.
    pub fn start_command(&self, name: &str, typed: &str) -> Program {
        let script = format!("export {SYSTEM_PATH}; cd \"$0\" && exec {typed}");
        let folder = self.folder.path().to_string_lossy();
        self.scene.start_on_terminal(name, "sh", &["-c", &script, &folder])
    }

    /// Runs a command again and again until its output contains `text`, and records that.
    pub fn look(&mut self, name: &str, typed: &str, text: &str) {
        let seen = self.awaits(typed, text);
        self.record(name, typed, &seen);
    }

    /// Runs a command again and again until its output contains `text`. Returns the output.
    ///
    /// The kernel does its part after the call that asked for it has returned, so the first look
    /// may come too early. A command that does not end is ended at the deadline.
    pub fn awaits(&self, typed: &str, text: &str) -> String {
        let mut command = Command::new("timeout");
        let script = format!("export {SYSTEM_PATH}; exec 2>&1; {typed}");
        command.args([&DEADLINE.as_secs().to_string(), "sh", "-c", &script]);
        command.current_dir(&self.folder);
        let mut seen = String::new();
        let found = poll(|| {
            let output = command.output().expect("timeout is one of the coreutils");
            seen = String::from_utf8_lossy(&output.stdout).into_owned();
            seen.contains(text).then_some(())
        });
        assert!(found.is_some(), "{typed} never shows {text:?}, but:\n{seen}");
        seen
    }

    /// Records everything that stands on a command's terminal, as soon as `text` stands there.
    pub fn screen(&mut self, name: &str, typed: &str, program: &Program, text: &str) {
        let screen = || String::from_utf8_lossy(&program.stdout()).into_owned();
        let found = poll(|| Some(screen()).filter(|seen| seen.contains(text)));
        let seen = found.unwrap_or_else(|| panic!("{typed} never shows {text:?}:\n{}", screen()));
        self.record(name, typed, &seen);
    }

    /// Records what a command printed.
    pub fn record(&mut self, name: &str, typed: &str, output: &str) {
        let mut lines: Vec<_> = output.lines().map(str::trim_end).collect();
        // The loader and the runtime come first, and are different on every system.
        let start = lines.iter().position(|line| line.starts_with("socket("));
        if let Some(start) = start.filter(|_| typed.starts_with("strace")) {
            lines.splice(..start, ["…"]);
        }
        self.recordings.push((name.to_owned(), format!("$ {typed}\n{}\n", lines.join("\n"))));
    }

    /// Everything that was recorded, with what differs from run to run replaced: a line `== NAME`
    /// before each recording.
    pub fn finish(self) -> String {
        let mut text = String::new();
        for (name, recording) in &self.recordings {
            write!(text, "== {name}\n{recording}").expect("a String takes everything");
        }
        in_order(&stable(&text))
    }

    fn program(&self, package: &str) -> PathBuf {
        self.folder.path().join("target/debug").join(package)
    }
}

/// What `ss` lists, the listener first: the kernel has no particular order.
fn in_order(recordings: &str) -> String {
    let mut lines: Vec<&str> = recordings.lines().collect();
    for sockets in lines.chunk_by_mut(|_, next| !next.starts_with("== ")) {
        if sockets.get(1).is_some_and(|typed| typed.starts_with("$ ss ")) {
            // Behind the recording's name, the command, and the names of the columns.
            sockets[3..].sort_unstable_by_key(|line| (!line.starts_with("LISTEN"), *line));
        }
    }
    lines.join("\n") + "\n"
}
