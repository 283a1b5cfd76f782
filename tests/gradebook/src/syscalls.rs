//! What a student's program may not ask of the kernel: memory that belongs to no process, which
//! none of the limits on processes would count.

use std::env::consts::ARCH;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use seccompiler::{BpfProgram, TargetArch, compile_from_json};

/// Shared memory, queues and semaphores of System V (sysvipc(7)), and files in memory
/// (memfd_create(2)), stay until they are removed. What is asked for through io_uring(7) does not
/// come by here, so that it must not be there either. All of them fail with EPERM, which is 1.
const REFUSED: &str = r#"{ "program": {
    "mismatch_action": "allow",
    "match_action": { "errno": 1 },
    "filter": [
        { "syscall": "shmget" },
        { "syscall": "msgget" },
        { "syscall": "semget" },
        { "syscall": "memfd_create" },
        { "syscall": "memfd_secret" },
        { "syscall": "io_uring_setup" }
    ]
} }"#;

/// Writes the filter (seccomp(2)) to a file, as bubblewrap reads it.
///
/// # Errors
///
/// If there is no such filter for this processor, or the file cannot be written.
pub fn write_filter(file: &Path) -> Result<()> {
    let processor = TargetArch::try_from(ARCH).context("no filter of calls for this processor")?;
    let filters = compile_from_json(REFUSED.as_bytes(), processor)?;
    let filter: &BpfProgram = filters.get("program").context("a filter has a name")?;
    // The C struct sock_filter: u16, u8, u8, u32.
    let bytes = filter.iter().flat_map(|step| {
        let [code, value] = [step.code.to_ne_bytes().to_vec(), step.k.to_ne_bytes().to_vec()];
        [code, vec![step.jt, step.jf], value].concat()
    });
    fs::write(file, bytes.collect::<Vec<u8>>())
        .with_context(|| format!("cannot write {}", file.display()))
}
