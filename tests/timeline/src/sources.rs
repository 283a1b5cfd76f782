//! Which line of a program made a call: from the stack that strace shows, and what the compiler has
//! left in the program for debuggers.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use addr2line::Loader;
use object::elf::PF_X;
use object::{Object, ObjectSegment, SegmentFlags};

use crate::recording::Source;
use crate::strace::Frame;

/// The sources of programs that are in one folder.
pub struct Sources {
    root: PathBuf,
    programs: HashMap<String, Option<Loader>>,
}

impl Sources {
    /// Looks for sources in a folder, and what is below it. What is elsewhere belongs to libraries.
    pub fn below(root: &Path) -> Self {
        Self { root: root.to_owned(), programs: HashMap::new() }
    }

    /// The innermost line of a stack that is in the folder. `None` if there is none, or if it cannot
    /// be told.
    pub fn find(&mut self, stack: &[Frame]) -> Option<Source> {
        stack.iter().find_map(|frame| self.line(frame))
    }

    /// Whether lines of a program can be told at all. Where they cannot, there is no use in stacks,
    /// which take strace much longer than the calls themselves.
    pub fn are_known(&mut self, program: Option<PathBuf>) -> bool {
        let Some(path) = program.as_deref().and_then(Path::to_str) else { return false };
        self.programs.entry(path.to_owned()).or_insert_with_key(|path| loader(path)).is_some()
    }

    fn line(&mut self, frame: &Frame) -> Option<Source> {
        let program = self.programs.entry(frame.object.clone());
        let program = program.or_insert_with_key(|path| loader(path)).as_ref()?;
        // The address is that to which the call returns: the call stands before it.
        let location = program.find_location(frame.offset.checked_sub(1)?).ok()??;
        let file = Path::new(location.file?).strip_prefix(&self.root).ok()?;
        let function = frame.function.clone();
        Some(Source { file: file.to_str()?.to_owned(), line: location.line?, function })
    }
}

/// What a program has for debuggers. `None` if it has nothing, or if strace cannot go through its
/// stacks: with libunwind it takes the place of code in the file for its address, and goes astray
/// where they differ. Linkers can be told to make them the same: lld by
/// `-z separate-loadable-segments`.
fn loader(path: &str) -> Option<Loader> {
    let data = fs::read(path).ok()?;
    let program = object::File::parse(&*data).ok()?;
    let is_code = |flags| matches!(flags, SegmentFlags::Elf { p_flags } if p_flags & PF_X != 0);
    let mut code = program.segments().filter(|it| is_code(it.flags()));
    let is_in_place = code.all(|segment| segment.file_range().0 == segment.address());
    if !is_in_place || program.section_by_name(".debug_line").is_none() {
        return None;
    }
    Loader::new(path).ok()
}
