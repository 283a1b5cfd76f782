//! What a running program does, seen from outside: proc(5).
//!
//! Where there is no `/proc`, nothing is seen, and whoever waits must wait for the deadline.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::time::Duration;

/// What was seen of a program and its descendants at one moment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Whether every thread sleeps, or has been stopped.
    pub(crate) asleep: bool,
    /// Whether a thread runs, or is ready to and waits for a core (proc(5), state `R`).
    pub(crate) ready: bool,
    /// Whether a thread waits within the kernel for what the kernel is busy with (proc(5), state `D`):
    /// on a machine that starts and ends many processes, they queue for the lists of those who use
    /// the C library, and that may take half a minute.
    pub(crate) held_up: bool,
    /// Whether it ends now (`PF_EXITING` in proc(5)'s flags; Linux, `include/linux/sched.h`), with
    /// nothing left to do but what the kernel has to clear away. Those that have children wait for
    /// them, and end behind them.
    pub(crate) exiting: bool,
    /// Whether every thread has been stopped (signal(7), `SIGSTOP`).
    pub(crate) stopped: bool,
    /// The time that all of them have spent on a core.
    pub(crate) cpu: Duration,
    /// For each thread, how often it has gone to sleep of its own accord (proc(5),
    /// `voluntary_ctxt_switches`).
    pub(crate) sleeps: BTreeMap<u32, u64>,
}

impl Look {
    /// How many threads there are.
    pub(crate) fn threads(&self) -> usize {
        self.sleeps.len()
    }
}

/// How many descriptors a program and its descendants have open. `None` if there is nothing to be
/// seen: it has ended, it is somebody else's, or the system has no `/proc`.
pub(crate) fn descriptors(process: u32) -> Option<usize> {
    let counts = family(process).into_iter().map(|id| {
        let descriptors = fs::read_dir(format!("/proc/{id}/fd")).ok()?;
        Some(descriptors.count())
    });
    counts.sum()
}

/// The most memory that a program and its descendants have held at any time, each by itself, in bytes:
/// `VmHWM` in kibibytes, proc_pid_status(5). `None` if there is nothing to be seen.
pub(crate) fn peak_memory(process: u32) -> Option<u64> {
    let of_each = family(process).into_iter().map(|id| {
        let status = read(&format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    });
    Some(of_each.sum::<Option<u64>>()? << 10)
}

/// Whether a program that runs, or a descendant of it, does not let itself be looked at: then its
/// files in `/proc` are root's (prctl(2), `PR_SET_DUMPABLE`).
#[cfg(unix)]
pub(crate) fn hides(process: u32) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |id: &str| fs::metadata(format!("/proc/{id}")).ok().map(|it| it.uid());
    let ours = owner("self");
    family(process).into_iter().any(|id| owner(&id.to_string()).is_some_and(|it| Some(it) != ours))
}

#[cfg(not(unix))]
pub(crate) fn hides(_process: u32) -> bool {
    false
}

/// Looks at a program and its descendants. `None` if there is nothing to be seen: it has ended, or
/// the system has no `/proc`.
pub(crate) fn look(process: u32) -> Option<Look> {
    let mut look = Look {
        asleep: true,
        ready: false,
        held_up: false,
        exiting: true,
        stopped: true,
        cpu: Duration::ZERO,
        sleeps: BTreeMap::new(),
    };
    let mut parents = BTreeSet::new(); // those of whom a child has not ended
    for Member { id, parent, threads } in tree(process).into_iter().rev() {
        let is_parent = parents.contains(&id);
        for thread in threads {
            // A thread that has ended meanwhile neither sleeps nor wakes.
            let Some((state, flags, ticks)) = stat(id, thread) else { continue };
            if matches!(state, 'Z' | 'X') {
                continue; // it has ended, and nobody has asked for its exit status yet
            }
            parents.insert(parent);
            look.asleep &= matches!(state, 'S' | 'T');
            look.ready |= state == 'R';
            // One that waits for its child to start a program is in this state, too (vfork(2)); that
            // child may be a program that never does.
            look.held_up |= state == 'D' && !is_parent;
            look.exiting &= is_parent || flags & EXITING != 0;
            look.stopped &= state == 'T';
            look.cpu += ticks * TICK;
            look.sleeps.insert(thread, sleeps(id, thread).unwrap_or(0));
        }
    }
    (!look.sleeps.is_empty()).then_some(look)
}

/// For each core, whether packets have arrived there that the kernel has not come round to yet: on a
/// busy machine, what is sent over loopback may lie there for seconds. Empty where nobody tells.
///
/// That is column 12 of `/proc/net/softnet_stat` (Linux, `net/core/net-procfs.c`).
pub(crate) fn cores_with_packets() -> Vec<bool> {
    let table = read("/proc/net/softnet_stat").unwrap_or_default();
    let waiting = |line: &str| u32::from_str_radix(line.split(' ').nth(11)?, 16).ok();
    table.lines().map(|line| waiting(line).is_some_and(|packets| packets > 0)).collect()
}

/// How long each core has worked or had nothing to do, in ticks: a count that stands still while the
/// host of a virtual machine has taken the core away. Empty where nobody tells.
///
/// These are the columns of `/proc/stat` before `steal` (proc_stat(5)).
pub(crate) fn cores_present() -> Vec<u64> {
    let table = read("/proc/stat").unwrap_or_default();
    let cores = table.lines().skip(1).take_while(|line| line.starts_with("cpu"));
    let ticks = |line: &str| line.split(' ').skip(1).take(7).flat_map(str::parse::<u64>).sum();
    cores.map(ticks).collect()
}

/// A clock tick of `/proc`: a hundredth of a second, on every Linux that Rust runs on (time(7),
/// `USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

const EXITING: u32 = 4;

/// A process and all its descendants.
pub(crate) fn family(process: u32) -> Vec<u32> {
    tree(process).into_iter().map(|member| member.id).collect()
}

/// One of a process and its descendants.
struct Member {
    id: u32,
    parent: u32,
    threads: Vec<u32>,
}

/// A process and all its descendants, each behind its parent.
fn tree(process: u32) -> Vec<Member> {
    let mut found = vec![(process, 0)];
    let mut tree = Vec::new();
    while let Some(&(id, parent)) = found.get(tree.len()) {
        let threads = threads(id);
        found.extend(children_of(id, &threads).into_iter().map(|child| (child, id)));
        tree.push(Member { id, parent, threads });
    }
    tree
}

/// The processes that a process has started, and those that have fallen to it.
pub(crate) fn children(process: u32) -> Vec<u32> {
    children_of(process, &threads(process))
}

fn children_of(process: u32, threads: &[u32]) -> Vec<u32> {
    let of_thread = |thread| {
        let children = read(&format!("/proc/{process}/task/{thread}/children"));
        let children = children.unwrap_or_default();
        children.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<u32>>()
    };
    threads.iter().flat_map(of_thread).collect()
}

fn threads(process: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    threads.filter_map(|thread| thread.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// A thread's state letter, its flags, and its ticks in user and in kernel mode (fields 3, 9, 14 and
/// 15).
fn stat(process: u32, thread: u32) -> Option<(char, u32, u32)> {
    let stat = read(&format!("/proc/{process}/task/{thread}/stat"))?;
    // The name before the state is in brackets, and may hold brackets and spaces itself.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?.chars().next()?;
    let flags = fields.nth(5)?.parse().ok()?;
    let mut ticks = fields.skip(4).map(str::parse::<u32>);
    Some((state, flags, ticks.next()?.ok()? + ticks.next()?.ok()?))
}

fn sleeps(process: u32, thread: u32) -> Option<u64> {
    let status = read(&format!("/proc/{process}/task/{thread}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
    line.trim().parse().ok()
}

/// The content of a file of `/proc`. We read so many of them that it matters to the programs beside us:
/// a file that is read as a whole would first be asked for its size, which these do not know.
fn read(path: &str) -> Option<String> {
    let mut content = Vec::with_capacity(4096);
    File::open(path).ok()?.take(u64::MAX).read_to_end(&mut content).ok()?;
    Some(String::from_utf8_lossy(&content).into_owned())
}
