//! Whose call it was: processes and their threads, from the calls that make them.

use std::collections::HashMap;

use crate::record::Running;
use crate::recording::{Process, Thread};
use crate::strace::{Call, bytes};

/// The kernel keeps so many bytes of a thread's name (prctl(2), `PR_SET_NAME`).
const NAME: usize = 15;

/// Who made calls.
#[derive(Debug, Default)]
pub(crate) struct Threads {
    pub(crate) processes: Vec<Process>,
    pub(crate) threads: Vec<Thread>,
    /// For each thread that a call has created, the thread that did, and whether it is of the same
    /// process.
    created: HashMap<u32, (u32, bool)>,
    /// What programs are called, by their first threads.
    called: HashMap<u32, String>,
}

impl Threads {
    /// Gives a program a name, by its first thread. To be said before that thread's first call.
    pub(crate) fn call(&mut self, first: u32, name: &str) {
        self.called.insert(first, name.to_owned());
    }

    /// Notes a program that ran already. To be said before the first call.
    pub(crate) fn run_already(&mut self, running: &Running) {
        let (program, id) = (running.program.clone(), running.process);
        self.processes.push(Process { program, name: self.called.get(&id).cloned(), id });
        let process = self.processes.len() - 1;
        let name =
            |id: u32, name: &str| if id == running.process { "main" } else { name }.to_owned();
        let threads = running.threads.iter();
        self.threads.extend(threads.map(|(id, it)| Thread {
            process,
            name: name(*id, it),
            id: *id,
            ended: None,
        }));
    }

    /// Notes when a thread ended.
    pub(crate) fn ends(&mut self, id: u32, moment: u64) {
        let ended = self.threads.iter_mut().filter(|thread| thread.id == id);
        ended.for_each(|thread| thread.ended = Some(moment));
    }

    /// The place in `threads` of a thread that has made a call.
    pub(crate) fn place(&self, id: u32) -> Option<usize> {
        self.threads.iter().position(|thread| thread.id == id)
    }

    /// The place in `threads` of the thread that made a call. To be asked for every call, in order:
    /// calls that create threads or name them are learned from.
    pub(crate) fn of(&mut self, call: &Call) -> usize {
        let thread = self.thread(call.thread);
        match call.name.as_str() {
            "execve" if call.outcome.number == Some(0) => {
                let path = call.arguments.first().and_then(|path| text(path)).unwrap_or_default();
                let program = path.rsplit('/').next().unwrap_or(&path).to_owned();
                let process = self.threads[thread].process;
                self.processes[process].program = program;
            }
            "clone" | "clone3" | "fork" | "vfork" => {
                if let Some(id) = call.outcome.number.and_then(|id| u32::try_from(id).ok()) {
                    let same = call.arguments.iter().any(|it| it.contains("CLONE_THREAD"));
                    self.created.insert(id, (call.thread, same));
                }
            }
            "prctl" if call.arguments.first().is_some_and(|it| it == "PR_SET_NAME") => {
                if let Some(name) = call.arguments.get(1).and_then(|name| text(name)) {
                    let end = (0..=NAME.min(name.len())).rfind(|it| name.is_char_boundary(*it));
                    self.threads[thread].name = name[..end.unwrap_or(0)].to_owned();
                }
            }
            _ => {}
        }
        thread
    }

    fn thread(&mut self, id: u32) -> usize {
        if let Some(known) = self.place(id) {
            return known;
        }
        let process = match self.created.get(&id) {
            Some((parent, true)) => self.process_of(*parent),
            _ => None,
        };
        let name = if process.is_some() { id.to_string() } else { "main".to_owned() };
        let process = process.unwrap_or_else(|| {
            // A child runs its parent's program, until it runs another.
            let parent = self.created.get(&id).and_then(|(parent, _)| self.process_of(*parent));
            let parent = parent.map(|parent| self.processes[parent].program.clone());
            let program = parent.unwrap_or(format!("process {id}"));
            self.processes.push(Process { program, name: self.called.get(&id).cloned(), id });
            self.processes.len() - 1
        });
        self.threads.push(Thread { process, name, id, ended: None });
        self.threads.len() - 1
    }

    fn process_of(&self, thread: u32) -> Option<usize> {
        self.threads.iter().find(|known| known.id == thread).map(|known| known.process)
    }
}

fn text(argument: &str) -> Option<String> {
    let (bytes, _) = bytes(argument)?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
