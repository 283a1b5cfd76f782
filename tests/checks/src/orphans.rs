//! Processes that a program has left behind when it ended.
//!
//! A child that has left its group, as a daemon does (setsid(2)), is not reached by what ends the
//! group. So we make ourselves the one to whom such children fall (`PR_SET_CHILD_SUBREAPER`), and
//! end them. Linux only; elsewhere they stay, and hold nobody up.

#[cfg(target_os = "linux")]
pub(crate) use linux::{adopt, end, forget, known};

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use rustix::process::{
        Pid, Signal, WaitOptions, getpgid, getpid, kill_process, set_child_subreaper, waitpid,
    };

    use crate::look::children;

    /// The programs that run for a check now.
    static KNOWN: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

    /// Lets orphans fall to us.
    pub(crate) fn adopt() {
        // Fails on kernels before 3.4 only.
        let _ = set_child_subreaper(Some(getpid()));
    }

    /// The programs that run for a check; held while one is started, so that it is never taken for
    /// an orphan.
    pub(crate) fn known() -> MutexGuard<'static, BTreeSet<u32>> {
        KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A program has been ended and waited for.
    pub(crate) fn forget(id: u32) {
        known().remove(&id);
    }

    /// Ends every orphan, and those that fall to us when it has ended.
    pub(crate) fn end() {
        let known = known();
        let ours = getpgid(None).ok();
        let orphan = |id: &u32| {
            let group = Pid::from_raw(*id as i32).and_then(|id| getpgid(Some(id)).ok());
            // Whatever else we have started, a compiler for one, is in our own group.
            !known.contains(id) && group.is_some() && group != ours
        };
        loop {
            let orphans: Vec<_> = children(std::process::id()).into_iter().filter(orphan).collect();
            if orphans.is_empty() {
                return;
            }
            for id in orphans.into_iter().filter_map(|id| Pid::from_raw(id as i32)) {
                let _ = kill_process(id, Signal::KILL);
                let _ = waitpid(Some(id), WaitOptions::empty());
            }
        }
    }
}
