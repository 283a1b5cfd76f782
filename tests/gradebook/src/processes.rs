//! What runs below this process: proc(5).

use std::collections::BTreeMap;
use std::fs;
use std::process;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// A child of this process, with all its descendants.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// Their process ids, the child's first.
    pub members: Vec<u32>,
    /// The memory that they hold, in bytes; what several share counts for each.
    pub memory: u64,
    /// The time that they have spent on a core, those included that have ended.
    pub cpu: Duration,
    /// Whether all of them sleep until something comes.
    pub asleep: bool,
}

impl Family {
    /// Ends them by force.
    pub fn kill(&self) {
        for id in self.members.iter().filter_map(|id| Pid::from_raw(i32::try_from(*id).ok()?)) {
            // Fails for one that has ended meanwhile.
            let _ = kill_process(id, Signal::KILL);
        }
    }
}

struct Process {
    parent: u32,
    memory: u64,
    cpu: Duration,
    asleep: bool,
}

/// The families of all children that this process has. One that has ended is none, whether or not
/// somebody has waited for it.
pub fn families() -> Vec<Family> {
    let all = all();
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (id, process) in &all {
        children.entry(process.parent).or_default().push(*id);
    }
    let family = |child: &u32| {
        let mut members = vec![*child];
        let mut next = 0;
        while let Some(id) = members.get(next) {
            members.extend(children.get(id).into_iter().flatten().copied().collect::<Vec<_>>());
            next += 1;
        }
        let processes = || members.iter().filter_map(|id| all.get(id));
        let memory = processes().map(|it| it.memory).sum();
        let cpu = processes().map(|it| it.cpu).sum();
        let asleep = processes().all(|it| it.asleep);
        Family { members, memory, cpu, asleep }
    };
    children.get(&process::id()).into_iter().flatten().map(family).collect()
}

fn all() -> BTreeMap<u32, Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return BTreeMap::new() };
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|id| Some((id, read(id)?))).collect()
}

/// Fields 3, 4, 14 to 17 and 24 of `/proc/ID/stat`: the state; the parent; the ticks in user and in
/// kernel mode, its own and those of the children for which it has waited; the pages in memory.
fn read(id: u32) -> Option<Process> {
    const TICK: Duration = Duration::from_millis(10); // on every Linux that Rust runs on
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before them is in brackets, and may hold brackets and spaces itself.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let state = *fields.first()?;
    if state == "Z" {
        return None;
    }
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let ticks = field(14)? + field(15)? + field(16)? + field(17)?;
    Some(Process {
        parent: fields.get(1)?.parse().ok()?,
        memory: field(24)? * rustix::param::page_size() as u64,
        cpu: TICK * u32::try_from(ticks).unwrap_or(u32::MAX),
        asleep: state == "S",
    })
}
