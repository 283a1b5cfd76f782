//! Processes of this machine, as /proc shows them (proc(5)).

use std::fs;

use crate::record::Running;

/// A process that runs, and its threads (proc(5)).
pub(crate) fn running(process: u32) -> Running {
    let folder = format!("/proc/{process}");
    let name = |path: String| fs::read_to_string(path).unwrap_or_default().trim_end().to_owned();
    let program = fs::read_link(format!("{folder}/exe")).ok();
    let program = program.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let tasks = fs::read_dir(format!("{folder}/task")).into_iter().flatten().flatten();
    let ids = tasks.filter_map(|task| task.file_name().to_str()?.parse().ok());
    let thread = |id: u32| (id, name(format!("{folder}/task/{id}/comm")));
    let program = program.unwrap_or_else(|| name(format!("{folder}/comm")));
    Running { process, program, threads: ids.map(thread).collect() }
}

/// Whether somebody traces a process (proc(5), `TracerPid`).
pub(crate) fn is_traced(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.is_some_and(|tracer| tracer.trim() != "0")
}

/// The processes that an strace with this process id has started.
pub fn traced(strace: u32) -> Vec<u32> {
    let children = format!("/proc/{strace}/task/{strace}/children");
    let children = fs::read_to_string(children).unwrap_or_default();
    children.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}
