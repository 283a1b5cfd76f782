//! What runs below this process: proc(5).

use std::collections::BTreeMap;
use std::fs;
use std::process;

/// A child of this process, with all its descendants.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// Their process ids, the child's first.
    pub members: Vec<u32>,
    /// The memory that they hold, in bytes; what several share counts for each.
    pub memory: u64,
}

struct Process {
    parent: u32,
    memory: u64,
}

/// The families of all children that this process has.
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
        let memory = members.iter().filter_map(|id| all.get(id)).map(|it| it.memory).sum();
        Family { members, memory }
    };
    children.get(&process::id()).into_iter().flatten().map(family).collect()
}

fn all() -> BTreeMap<u32, Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return BTreeMap::new() };
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|id| Some((id, read(id)?))).collect()
}

/// Fields 4 and 24 of `/proc/ID/stat`: the parent, and the pages in memory.
fn read(id: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before them is in brackets, and may hold brackets and spaces itself.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let pages: u64 = fields.get(21)?.parse().ok()?;
    let memory = pages * rustix::param::page_size() as u64;
    Some(Process { parent: fields.get(1)?.parse().ok()?, memory })
}
