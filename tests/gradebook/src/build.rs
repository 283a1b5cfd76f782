//! Compiles a student's files, in a jail: a source may ask the compiler to read any file that it
//! can see (`include_bytes!`), to compute for ever, or to write without end.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Error, Result, bail};
use checks::compile::Compiler;

use crate::bounded::{self, End, Patience};
use crate::bounds::Bounds;
use crate::permits::Permits;
use crate::sandbox::{Sandbox, command};
use crate::submissions::Files;

/// How long it may take, with the machine busy; its time on a core is bounded more tightly. A source
/// may have it read from a pipe that nobody writes to (`include_bytes!("/proc/self/fd/2")`), and
/// then it would sleep for ever.
const PATIENCE: Patience =
    Patience { most: Duration::from_secs(180), asleep: Some(Duration::from_secs(10)) };

/// The largest program, in bytes. They have 3 MiB.
const LARGEST: usize = 16 << 20;

/// How much of what the compiler says is kept, in bytes.
const MOST_SAID: usize = 8 << 10;

/// How a message begins that is not of the compiler.
const PREFIXES: [&str; 4] = ["bwrap: ", "prlimit: ", "nice: ", "sh: "];

/// Compiles programs, as many at once as there are cores.
pub struct Builder {
    compiler: Compiler,
    sandbox: Sandbox,
    cores: Permits,
}

impl Builder {
    /// Has cargo compile the libraries, into a folder that holds nothing of the checks.
    pub fn prepare(root: &Path, sandbox: Sandbox, cores: usize) -> Result<Self> {
        let target = root.join("target/gradebook");
        if !target.exists() {
            eprintln!("compiling the libraries of the exercises, once; this takes a minute");
        }
        let compiler = Compiler::prepare(root, Some(&target))?;
        Ok(Self { compiler, sandbox, cores: Permits::new(cores) })
    }

    /// Compiles a program with which nothing is wrong, into `program`: if the compiler does not
    /// work in its jail, no student is to blame.
    pub fn try_out(&self, scratch: &Path, program: &Path) -> Result<()> {
        const EMPTY: &[u8] = b"use {clap as _, common as _, socket2 as _};\nfn main() {}\n";
        let files = Files::from([("src/main.rs".to_owned(), EMPTY.to_vec())]);
        let built = self.build(&files, scratch, program);
        built?.map_err(Error::msg).context("the compiler does not work here")
    }

    /// A number that changes with what compiles the programs.
    pub fn fingerprint(&self) -> u64 {
        self.compiler.fingerprint()
    }

    /// Compiles these files, in the folder `scratch`, into `program`. Returns what the compiler
    /// says if it refuses them, without its warnings; fails if it could not be asked.
    pub fn build(
        &self,
        files: &Files,
        scratch: &Path,
        program: &Path,
    ) -> Result<Result<(), String>> {
        for (name, bytes) in files {
            let file = scratch.join(name);
            fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
            fs::write(&file, bytes)?;
        }
        let permit = self.cores.acquire(1);
        let mut command = command(self.words(scratch)?);
        command.current_dir(scratch);
        let done = bounded::run(&mut command, PATIENCE, [LARGEST + 1, MOST_SAID])?;
        let said = String::from_utf8_lossy(&done.stderr);
        let refused = match done.end {
            End::TooLong => {
                bail!("the compiler has not ended within {} s", PATIENCE.most.as_secs())
            }
            End::Asleep => "error: the compiler waits for something that does not come: \
                what does this program have it read?"
                .to_owned(),
            End::Exited(status) if status.success() && done.stdout.len() <= LARGEST => {
                fs::write(program, &done.stdout)?;
                fs::set_permissions(program, Permissions::from_mode(0o500))?;
                drop(permit); // until then, the program takes up memory
                return Ok(Ok(()));
            }
            End::Exited(status) if status.success() => {
                format!("error: the program is larger than {} MiB", LARGEST >> 20)
            }
            // What stands before the compiler does not speak of an error.
            End::Exited(_) if PREFIXES.iter().any(|it| said.starts_with(it)) => {
                bail!("{}", said.trim())
            }
            End::Exited(_) => in_short(&said),
        };
        Ok(Err(refused))
    }

    /// The call of the compiler. It may write to folders in memory alone, and so the program comes
    /// out of the jail through a pipe.
    fn words(&self, scratch: &Path) -> Result<Vec<OsString>> {
        let out = match self.sandbox {
            Sandbox::Bubblewrap { .. } => PathBuf::from("/out/program"),
            Sandbox::None => scratch.join("program"),
        };
        let jail = self.sandbox.tool_jail().tmpfs("/out", 256 << 20);
        let jail = ["/etc/alternatives", "/etc/ld.so.cache"] // where Debian says which cc is meant
            .iter()
            .filter(|path| Path::new(path).exists())
            .fold(jail, |jail, path| jail.shows(path));
        let jail = jail.shows(&self.compiler.sysroot).shows(&self.compiler.libraries);
        let mut words = jail.shows(scratch).words(&Bounds::COMPILER);
        // The programs that are being played with come first.
        words.extend(["nice", "sh", "-c", r#""$@" >&2 && cat "$0""#].map(Into::into));
        words.push(out.clone().into());
        let rustc = self.compiler.command(Path::new("src/main.rs"), &out);
        words.push(rustc.get_program().to_owned());
        words.extend(rustc.get_args().map(Into::into));
        // A warning is no error, whatever the source says.
        words.extend(["--cap-lints", "allow"].map(Into::into));
        Ok(words)
    }
}

/// The first lines of what the compiler says.
fn in_short(said: &str) -> String {
    const LINES: usize = 60;
    if !said.contains("error") {
        return format!(
            "error: the compiler was stopped: it may take {} s, and {} MiB of memory\n{said}",
            Bounds::COMPILER.cpu.unwrap_or_default().as_secs(),
            Bounds::COMPILER.memory.unwrap_or_default() >> 20,
        );
    }
    let mut lines: Vec<&str> = said.lines().take(LINES + 1).collect();
    if lines.len() > LINES || said.len() >= MOST_SAID {
        lines.truncate(LINES);
        lines.push("… and more");
    }
    lines.join("\n")
}
