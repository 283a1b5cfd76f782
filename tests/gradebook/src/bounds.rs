//! What a command may use of the machine, and how long it may take.

use std::ffi::OsString;
use std::time::Duration;

/// What one process in a jail may use, and how long the whole may take.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Time on a core, for each process.
    pub cpu: Option<Duration>,
    /// Memory that a process may have for itself, in bytes.
    pub memory: Option<u64>,
    /// The size of a file, in bytes.
    pub file: Option<u64>,
    /// Processes and threads, of the jail together.
    pub processes: Option<u32>,
    /// Descriptors, of one process.
    pub descriptors: Option<u32>,
}

impl Bounds {
    /// None at all.
    pub const NONE: Self =
        Self { cpu: None, memory: None, file: None, processes: None, descriptors: None };

    /// Of the grader, which keeps what programs send and print, up to a bound.
    pub const GRADER: Self = Self { memory: Some(2 << 30), ..Self::NONE };

    /// Of a student's program. A server with a thread for each client may have 148 of them, with
    /// three descriptors each. What waits in the kernel's buffers, 200 KiB for each, counts for
    /// nobody.
    pub const PROGRAM: Self = Self {
        cpu: Some(Duration::from_secs(20)),
        memory: Some(512 << 20),
        file: Some(16 << 20),
        processes: Some(150),
        descriptors: Some(512),
    };

    /// Of the compiler, which needs 150 MiB and a quarter of a second.
    pub const COMPILER: Self = Self {
        cpu: Some(Duration::from_secs(30)),
        memory: Some(1 << 30),
        file: Some(256 << 20),
        processes: Some(64),
        descriptors: Some(1024),
    };

    /// Of git, which reads a bundle.
    pub const GIT: Self = Self {
        cpu: Some(Duration::from_secs(30)),
        memory: Some(1 << 30),
        file: Some(512 << 20),
        processes: Some(64),
        descriptors: Some(1024),
    };

    /// The call of prlimit(1) that holds a program to them.
    pub fn words(&self) -> Vec<OsString> {
        let options = [
            ("cpu", self.cpu.map(|it| it.as_secs())),
            ("data", self.memory),
            ("fsize", self.file),
            ("nproc", self.processes.map(u64::from)),
            ("nofile", self.descriptors.map(u64::from)),
        ];
        let set = options.iter().filter_map(|(name, most)| Some((name, (*most)?)));
        let set: Vec<OsString> =
            set.map(|(name, most)| format!("--{name}={most}").into()).collect();
        if set.is_empty() {
            return set;
        }
        [vec!["prlimit".into(), "--core=0".into()], set].concat()
    }
}
