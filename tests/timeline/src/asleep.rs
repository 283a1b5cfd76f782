//! When threads were seen asleep: Linux says it (proc(5)).
//!
//! strace tells when a call began and ended, and not whether its thread slept in between. A thread
//! that is seen asleep between the two has waited: whatever else it was, it was not working.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

/// Between two looks. A sleep that is shorter may be missed, and then nothing is said of it.
const PAUSE: Duration = Duration::from_millis(2);

/// So many looks that find nothing new are a while.
const QUIET: u32 = 10;

/// Between which two moments a thread was seen asleep, in nanoseconds since 1970.
type Sight = (u64, u64);

/// When threads were seen asleep.
#[derive(Clone, Debug, Default)]
pub struct Asleep {
    /// By the ids of the threads.
    sights: HashMap<u32, Vec<Sight>>,
}

impl Asleep {
    /// Whether this thread was seen asleep between two moments, in nanoseconds since 1970. Without
    /// an end, until now.
    pub(crate) fn between(&self, thread: u32, start: u64, end: Option<u64>) -> bool {
        let sights = self.sights.get(&thread).map_or(&[][..], Vec::as_slice);
        sights.iter().any(|(from, to)| start < *from && end.is_none_or(|end| *to < end))
    }

    /// Adds what was seen of other threads.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.sights.extend(other.sights.iter().map(|(id, sights)| (*id, sights.clone())));
    }
}

/// Looks at the threads of a program, again and again, until it is dropped.
pub struct Watch {
    shared: Arc<Mutex<Shared>>,
    looking: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    asleep: Asleep,
    /// How many looks, one behind the other, have found all threads at rest, and as before.
    quiet: u32,
    is_over: bool,
}

impl Watch {
    /// Watches a process with all its threads, and whatever it will start.
    pub fn over(process: u32) -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let ours = Arc::clone(&shared);
        let look = move || {
            // How often each thread had gone to sleep when it was last seen asleep.
            let mut known = HashMap::new();
            loop {
                let (seen, is_quiet) = look(process, &mut known);
                {
                    let mut shared = ours.lock().unwrap_or_else(PoisonError::into_inner);
                    if shared.is_over {
                        return;
                    }
                    shared.quiet = if is_quiet { shared.quiet + 1 } else { 0 };
                    for (thread, sight) in seen {
                        shared.asleep.sights.entry(thread).or_default().push(sight);
                    }
                }
                thread::sleep(PAUSE);
            }
        };
        Self { shared, looking: Some(thread::spawn(look)) }
    }

    /// What has been seen so far.
    pub fn seen(&self) -> Asleep {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).asleep.clone()
    }

    /// Begins anew to look whether it rests.
    pub fn look_again(&self) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).quiet = 0;
    }

    /// Whether all threads have been at rest for a while, since it was last to [look
    /// again](Self::look_again): each in one sleep, or stopped, or at its end.
    pub fn rests(&self) -> bool {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).quiet >= QUIET
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
        if let Some(looking) = self.looking.take() {
            let _ = looking.join(); // it has no way to fail
        }
    }
}

/// Which threads sleep, that have woken up since they were last seen asleep; and whether all threads
/// rest, and none has been awake since the last look.
fn look(process: u32, known: &mut HashMap<u32, u64>) -> (Vec<(u32, Sight)>, bool) {
    let (mut seen, mut is_quiet) = (Vec::new(), true);
    let mut processes = vec![process];
    while let Some(process) = processes.pop() {
        let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { continue };
        for thread in threads.flatten() {
            let Some(id) = thread.file_name().to_str().and_then(|id| id.parse().ok()) else {
                continue;
            };
            let file = |name| fs::read_to_string(thread.path().join(name)).unwrap_or_default();
            processes.extend(
                file("children").split_whitespace().filter_map(|it| it.parse::<u32>().ok()),
            );
            let before = now();
            let status = file("status");
            let after = now();
            let field = |key| status.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
            let state = field("State:").unwrap_or_default();
            let sleeps = state.starts_with('S');
            let is_stopped = state.starts_with(['t', 'T']);
            is_quiet &= sleeps || is_stopped || state.starts_with('Z');
            let times = field("voluntary_ctxt_switches:").and_then(|it| it.parse().ok());
            let is_new = |times: &u64| (sleeps || is_stopped) && known.get(&id) != Some(times);
            if let Some(times) = times.filter(is_new) {
                known.insert(id, times);
                is_quiet = false;
                seen.extend(sleeps.then_some((id, (before, after))));
            }
        }
    }
    (seen, is_quiet)
}

/// Now, by the clock that strace shows: nanoseconds since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use std::time::Duration;

    use super::{Asleep, Watch, now};

    #[test]
    fn a_thread_that_waits_is_seen_and_one_that_works_is_not() {
        let (tell, told) = mpsc::channel();
        let (wake, woken) = mpsc::channel::<()>();
        let waits = thread::spawn(move || {
            tell.send(own_id()).expect("somebody listens");
            woken.recv()
        });
        let id = told.recv().expect("it tells");
        let start = now();
        let watch = Watch::over(std::process::id());
        let slept = |seen: &Asleep| seen.between(id, start, None);
        let deadline = start + 10_000_000_000;
        while !slept(&watch.seen()) && now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(watch.seen().between(id, start, Some(now())), "one that waits");
        let works = now();
        while now() < works + 30_000_000 {
            std::hint::spin_loop();
        }
        assert!(!watch.seen().between(own_id(), works, Some(now())), "one that works");
        wake.send(()).expect("it waits");
        waits.join().expect("it ends").expect("it was woken");
    }

    fn own_id() -> u32 {
        rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs()
    }
}
