//! What strace(1) prints, taken apart: lines, calls, arguments, values.
//!
//! It is run so that each line begins with the thread and the time (`-f`, and
//! `--absolute-timestamps=format:unix,precision:ns`), each call ends with how long it took
//! (`--syscall-times=ns`), descriptors say what they refer to (`-yy`), and the stack stands below
//! (`-k`). What is not understood is kept as it is, and never lost.

mod call;
mod line;
mod text;
mod trace;
mod value;

pub use self::call::{Call, Outcome};
pub use self::line::{Frame, Line, What};
pub use self::trace::{Event, Trace, calls};
pub use self::value::{Descriptor, bytes, descriptor, socket_address};
