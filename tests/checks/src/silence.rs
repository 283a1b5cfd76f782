//! Why a check has stopped waiting for something.

use std::process::ExitStatus;
use std::time::Duration;

use crate::words::ended;

/// For how long a program must sleep before it is taken to wait for something that does not come.
///
/// A wake-up that is due is not such a sleep: the kernel makes a thread runnable at once when its
/// data arrives, and on a busy machine it stays runnable, not asleep, until it gets a core.
pub(crate) const AT_REST: Duration = Duration::from_millis(600);

/// How much computing without a result is taken for a busy loop, in time on a core.
pub(crate) const BUSY: Duration = Duration::from_secs(1);

/// How many wake-ups without anything to do are taken for a loop that asks again and again.
pub(crate) const RESTLESS: u64 = 50;

/// For how long a program must never be seen asleep before it is taken to be in a busy loop, although
/// a crowded machine has given it less than that; a fifth of it will do.
pub(crate) const AWAKE: Duration = Duration::from_secs(3);

/// For how long, and how often at least, a program must wake up within one wait, and nothing come of
/// it, before it is taken to go on like that for ever. A loop that looks and sleeps 10 ms gets there.
/// A program that sends again whenever nothing has come does not; nor does one that looks as often
/// while it waits out a time, for those of the checks are shorter.
pub(crate) const IN_VAIN: (Duration, u64) = (Duration::from_secs(5), 300);

/// Why a check has stopped waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The program has ended.
    Ended(ExitStatus),
    /// All its threads sleep, and have slept for long enough.
    AtRest,
    /// It has used a core for a while.
    Busy,
    /// It wakes up again and again, and nothing comes of it.
    Restless,
    /// It prints and prints.
    Flooding,
    /// The deadline of the check has passed.
    Deadline(Duration),
}

impl Silence {
    /// What to say where something should have come: "nothing", and why.
    pub(crate) fn told(self) -> String {
        match self {
            Self::Ended(status) => format!("nothing: your program {}", ended(status)),
            Self::AtRest => "nothing: your program waits, all its threads are asleep, and nothing \
                that could wake them is on its way"
                .to_owned(),
            Self::Busy => format!(
                "nothing: your program keeps a core busy all the time ({} s without a result)",
                BUSY.as_secs()
            ),
            Self::Restless => {
                "nothing: your program wakes up again and again, and nothing comes of it".to_owned()
            }
            Self::Flooding => "nothing: your program prints without end".to_owned(),
            Self::Deadline(deadline) => format!("nothing within {} s", deadline.as_secs_f64()),
        }
    }
}
