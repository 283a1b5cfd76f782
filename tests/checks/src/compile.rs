//! Compiles a student's program without cargo: one call of rustc, with the three libraries that an
//! exercise may use. Nothing but the program's own source decides what comes out, so that neither
//! a build script nor another exercise that is broken has a say.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use escargot::CargoBuild;
use escargot::format::Message;
use escargot::format::diagnostic::DiagnosticLevel;

use crate::Exercise;

/// What a program may use, besides std.
const LIBRARIES: [&str; 3] = ["clap", "common", "socket2"];

/// What it takes to compile a program: the compiler, and the libraries, compiled already.
#[derive(Clone, Debug)]
pub struct Compiler {
    rustc: PathBuf,
    /// Where the compiler's own libraries are.
    pub sysroot: PathBuf,
    /// Where cargo has put all that the libraries are made of.
    pub libraries: PathBuf,
    /// Name and file of each library.
    externs: Vec<(String, PathBuf)>,
    fingerprint: u64,
}

impl Compiler {
    /// Has cargo compile the libraries, as the workspace at `root` says: into its own `target/`, or
    /// into a folder of their own, so that who may read the libraries finds nothing else beside them.
    ///
    /// # Errors
    ///
    /// If cargo cannot compile them, or rustc does not say where its own libraries are.
    pub fn prepare(root: &Path, target: Option<&Path>) -> Result<Self> {
        // A chapter that uses all of them: cargo does not build several dependencies by name.
        let build = CargoBuild::new().manifest_path(root.join("Cargo.toml"));
        let mut build = build.package("ch02-single-server");
        if let Some(target) = target {
            build = build.target_dir(target);
        }
        let mut externs = Vec::new();
        let mut folder = None;
        for message in build.exec().context("cargo cannot compile the exercises' libraries")? {
            let message = message.context("cargo cannot compile the exercises' libraries")?;
            let Message::CompilerArtifact(artifact) = message.decode()? else { continue };
            if !LIBRARIES.contains(&&*artifact.target.name) {
                continue;
            }
            // Beside the libraries of a workspace cargo names copies, outside this folder.
            let files = artifact.filenames.iter().map(|file| file.with_extension("rlib"));
            let in_deps = |file: &PathBuf| file.parent().is_some_and(|it| it.ends_with("deps"));
            let Some(file) = files.filter(in_deps).find(|file| file.exists()) else { continue };
            externs.push((artifact.target.name.into_owned(), file.clone()));
            folder = file.parent().map(Path::to_owned);
        }
        ensure!(externs.len() == LIBRARIES.len(), "cargo has compiled {externs:?} only");
        // What cargo has compiled before, it names in any order.
        externs.sort();
        let mut fingerprint = DefaultHasher::new();
        for (_, file) in &externs {
            fs::read(file)?.hash(&mut fingerprint);
        }
        let sysroot = sysroot(root)?;
        Ok(Self {
            rustc: sysroot.join("bin/rustc"),
            sysroot,
            libraries: folder.context("the libraries lie in a folder")?,
            externs,
            fingerprint: fingerprint.finish(),
        })
    }

    /// The call of rustc that makes the program `out` of `source` and the modules beside it.
    pub fn command(&self, source: &Path, out: &Path) -> Command {
        let mut command = Command::new(&self.rustc);
        command.args(["--edition", "2024", "--crate-name", "program", "--crate-type", "bin"]);
        command.args(["--color", "never", "-C", "strip=debuginfo"]);
        command.arg("-L").arg({
            let mut libraries = OsString::from("dependency=");
            libraries.push(&self.libraries);
            libraries
        });
        for (name, file) in &self.externs {
            let mut library = OsString::from(format!("{name}="));
            library.push(file);
            command.arg("--extern").arg(library);
        }
        command.arg("-o").arg(out).arg(source);
        command
    }

    /// Compiles `source`, the text of a whole program, into `cache`, unless it lies there already.
    /// Returns the program, whose file is called `name`.
    ///
    /// # Errors
    ///
    /// What the compiler says, and that includes a warning; and if the cache cannot be written.
    pub fn compile(&self, name: &str, source: &str, cache: &Path) -> Result<PathBuf> {
        let folder = cache.join(format!("{:016x}", self.hash(source)));
        let program = folder.join(name);
        if program.exists() {
            return Ok(program);
        }
        fs::create_dir_all(&folder)?;
        // In a place of its own: another run may be compiling the same.
        let place = tempfile::tempdir_in(&folder)?;
        let main = place.path().join("main.rs");
        fs::write(&main, source)?;
        let unfinished = place.path().join(name);
        let output = self
            .command(&main, &unfinished)
            .args(["-D", "warnings"])
            .output()
            .context("rustc cannot be started")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr));
        }
        fs::rename(&unfinished, &program)?;
        Ok(program)
    }

    /// A number that changes with the libraries, and so with the compiler that has made them.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// What a program depends on: its source, and the libraries.
    fn hash(&self, source: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.fingerprint, source).hash(&mut hasher);
        hasher.finish()
    }
}

/// The program of each exercise, by the exercise's name, or what the compiler says of it.
pub type Programs = BTreeMap<&'static str, Result<PathBuf, String>>;

/// Where the compiler that the workspace at `root` asks for keeps its own libraries.
fn sysroot(root: &Path) -> Result<PathBuf> {
    let mut rustc = Command::new("rustc");
    let rustc = rustc.args(["--print", "sysroot"]).current_dir(root);
    let output = rustc.output().context("rustc cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "rustc does not say where it lies: {}", said.trim());
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim_end()))
}

/// Has cargo compile the programs of these exercises. One that does not compile does not stop the
/// others.
///
/// # Errors
///
/// If cargo cannot be started, or says what cannot be understood.
pub fn exercises(root: &Path, exercises: &[&'static Exercise]) -> Result<Programs> {
    let mut build = CargoBuild::new().manifest_path(root.join("Cargo.toml")).arg("--keep-going");
    for exercise in exercises {
        build = build.arg("--package").arg(exercise.package());
    }
    let mut programs: Programs = BTreeMap::new();
    let mut errors: BTreeMap<String, String> = BTreeMap::new();
    for message in build.exec().context("cargo cannot be started")? {
        // Behind the last message comes an error if any package has failed.
        let Ok(message) = message else { break };
        match message.decode()? {
            Message::CompilerArtifact(artifact) => {
                let exercise = exercises.iter().find(|it| it.package() == artifact.target.name);
                if let (Some(exercise), Some(program)) = (exercise, artifact.executable) {
                    programs.insert(exercise.name, Ok(program.into_owned()));
                }
            }
            Message::CompilerMessage(told) if told.message.level == DiagnosticLevel::Error => {
                let rendered = told.message.rendered.unwrap_or_default();
                *errors.entry(told.target.name.into_owned()).or_default() += &rendered;
            }
            _ => {}
        }
    }
    for exercise in exercises {
        let error = errors.remove(&exercise.package());
        let error = error.unwrap_or_else(|| "it does not compile".to_owned());
        programs.entry(exercise.name).or_insert(Err(error));
    }
    Ok(programs)
}
