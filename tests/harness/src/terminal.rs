//! A terminal, for programs that people type at.

use std::fs::File;
use std::io::{self, Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use vt100::{Callbacks, Parser};

/// How large its screen is, in characters.
const ROWS: NonZeroU16 = NonZeroU16::new(16).expect("not zero");
const COLUMNS: NonZeroU16 = NonZeroU16::new(72).expect("not zero");

/// Both ends of a terminal (pty(7)).
pub(crate) struct Terminal {
    /// Our end: what we write here is typed.
    pub(crate) keyboard: File,
    /// Our end: what the program prints, and the echo of what is typed.
    pub(crate) output: Output,
    /// The program's end, for each of its three streams.
    pub(crate) streams: [File; 3],
}

/// Whether a terminal hands on whole lines and shows what is typed, as it does at first (termios(3)).
pub(crate) fn is_as_at_first(terminal: &File) -> bool {
    let modes = LocalModes::ICANON | LocalModes::ECHO;
    tcgetattr(terminal).is_ok_and(|settings| settings.local_modes.contains(modes))
}

impl Terminal {
    /// Opens a new terminal, which controls no process.
    pub(crate) fn open() -> io::Result<Self> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags)?;
        unlockpt(&ours)?;
        let theirs = File::from(ioctl_tiocgptpeer(&ours, flags)?);
        let (rows, columns) = (ROWS.get(), COLUMNS.get());
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&theirs, size)?;
        let ours = File::from(ours);
        Ok(Self {
            keyboard: ours.try_clone()?,
            output: Output { ours, screen: Screen::default() },
            streams: [theirs.try_clone()?, theirs.try_clone()?, theirs],
        })
    }
}

/// What a terminal shows, and where its cursor is.
#[derive(Clone)]
pub(crate) struct Screen(Arc<Mutex<Parser<Answers>>>);

impl Screen {
    /// Its lines, without the blanks at their ends and the empty ones below.
    pub(crate) fn contents(&self) -> String {
        let parser = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = parser.screen().rows(0, COLUMNS.get());
        let text: String = lines.map(|line| format!("{}\n", line.trim_end())).collect();
        text.trim_end().to_owned()
    }

    /// Shows what the program prints. Returns what a terminal answers.
    fn shows(&self, bytes: &[u8]) -> Vec<u8> {
        let mut parser = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parser.process(bytes);
        std::mem::take(&mut parser.callbacks_mut().0)
    }
}

impl Default for Screen {
    fn default() -> Self {
        let parser = Parser::new_with_callbacks(ROWS, COLUMNS, 0, Answers::default());
        Self(Arc::new(Mutex::new(parser)))
    }
}

/// What a terminal has to answer: where the cursor is, if a program asks by `ESC [ 6 n`, as line
/// editors do (ECMA-48, section 8.3.35).
#[derive(Default)]
struct Answers(Vec<u8>);

impl Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        _: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        letter: char,
    ) {
        if letter == 'n' && parameters == [[6]] {
            let (row, column) = screen.cursor_position();
            self.0.extend(format!("\x1b[{};{}R", row + 1, column + 1).bytes());
        }
    }
}

/// What a program on a terminal prints, as bytes. Reading them moves the screen on.
pub(crate) struct Output {
    ours: File,
    pub(crate) screen: Screen,
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.ours.read(buffer)?;
        let answers = self.screen.shows(&buffer[..count]);
        self.ours.write_all(&answers)?;
        Ok(count)
    }
}
