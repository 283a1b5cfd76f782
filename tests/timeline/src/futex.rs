//! Threads that wait for other threads of their program: in futex(2), which mutexes, condition
//! variables and channels are made of.

use std::collections::HashMap;

use crate::known::Known;
use crate::strace::Call;

/// Whether a call waits for another thread, or wakes one that waits. Most calls to wake find nobody.
pub(crate) fn is_of_interest(call: &Call) -> bool {
    waits(call) || (wakes(call) && call.outcome.number.is_some_and(|woken| woken > 0))
}

/// Whether it is a wait for another thread.
pub(crate) fn waits(call: &Call) -> bool {
    call.name == "futex" && operation(call).starts_with("FUTEX_WAIT")
}

fn wakes(call: &Call) -> bool {
    call.name == "futex" && operation(call).starts_with("FUTEX_WAKE")
}

fn operation(call: &Call) -> &str {
    call.arguments.get(1).map_or("", String::as_str)
}

/// For each wait that ended because another thread woke it, or ended, the call that did, by their
/// numbers: the last one for the same place in memory that began before the wait ended.
pub(crate) fn wakers(calls: &[Known]) -> HashMap<usize, usize> {
    let place = |known: &Known| Some((known.process, known.call.arguments.first()?.clone()));
    let mut all_wakes: HashMap<_, Vec<usize>> = HashMap::new();
    for (number, known) in calls.iter().enumerate().filter(|(_, known)| wakes(&known.call)) {
        if let Some(place) = place(known) {
            all_wakes.entry(place).or_default().push(number);
        }
    }
    let is_woken = |known: &Known| waits(&known.call) && known.call.outcome.number == Some(0);
    let waits = calls.iter().enumerate().filter(|(_, known)| is_woken(known));
    let waker = |(number, known): (usize, &Known)| {
        let wakes = all_wakes.get(&place(known)?)?;
        let may_be = |wake: &&usize| !known.is_over_at(calls[**wake].start());
        let waker = wakes.iter().rfind(may_be)?;
        // One that had ended before has woken somebody else.
        let is_it = calls[*waker].end().is_none_or(|end| end > known.start());
        is_it.then_some((number, *waker))
    };
    // One that waits for a thread to end gives its id (pthread_join(3)), and the kernel wakes it.
    let joined = |(number, known): (usize, &Known)| {
        let id: u32 = known.call.arguments.get(2)?.parse().ok()?;
        let is_it = |other: &Known| other.name() == "exit" && other.call.thread == id;
        Some((number, calls.iter().position(is_it)?))
    };
    waits.filter_map(|wait| waker(wait).or_else(|| joined(wait))).collect()
}
