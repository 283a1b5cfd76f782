//! A client of a room, in the hands of a test.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use harness::DEADLINE;
use socket2::SockRef;

/// How many of the last lines a failure shows.
const MOST_LINES: usize = 20;

/// A client of a room. What it waits for has [`DEADLINE`] to come.
pub struct Guest {
    name: String,
    stream: BufReader<TcpStream>,
    heard: Vec<String>,
}

impl Guest {
    /// Connects, and waits until it is asked for a name.
    #[track_caller]
    pub fn knocks(address: SocketAddr) -> Self {
        let mut guest = Self::connects(address);
        guest.hears_a_line();
        guest
    }

    /// Connects, and waits for nothing.
    #[track_caller]
    pub fn connects(address: SocketAddr) -> Self {
        let connect = || {
            let stream = TcpStream::connect(address)?;
            stream.set_read_timeout(Some(DEADLINE))?;
            stream.set_write_timeout(Some(DEADLINE))?;
            stream.set_nodelay(true)?;
            io::Result::Ok(stream)
        };
        match connect() {
            Ok(stream) => {
                Self { name: "a guest".into(), stream: BufReader::new(stream), heard: Vec::new() }
            }
            Err(error) => panic!("cannot connect to {address}: {error}"),
        }
    }

    /// Connects and enters by this name. Returns the guest, and who it is told is here.
    #[track_caller]
    pub fn enters(address: SocketAddr, name: &str) -> (Self, Vec<String>) {
        let mut guest = Self::knocks(address);
        guest.says(name);
        name.clone_into(&mut guest.name);
        let line = guest.hears_a_line();
        let Some(names) = line.strip_prefix("* The room contains:") else {
            guest.fails(&format!("expected \"* The room contains: …\", heard {line:?}"));
        };
        let names = names.split(',').map(|name| name.trim().to_owned());
        let names = names.filter(|name| !name.is_empty()).collect();
        (guest, names)
    }

    /// As [`enters`](Self::enters), in front of some who hear that.
    #[track_caller]
    pub fn joins(address: SocketAddr, name: &str, others: &mut [&mut Self]) -> Self {
        let (guest, _) = Self::enters(address, name);
        for other in others {
            other.hears(&format!("* {name} has entered the room"));
        }
        guest
    }

    /// Sends a line.
    #[track_caller]
    pub fn says(&mut self, line: &str) {
        self.sends(format!("{line}\n").as_bytes());
    }

    /// Sends these bytes.
    #[track_caller]
    pub fn sends(&mut self, bytes: &[u8]) {
        if let Err(error) = self.stream.get_mut().write_all(bytes) {
            self.fails(&format!("cannot send: {error}"));
        }
    }

    /// The next line must be this one.
    #[track_caller]
    pub fn hears(&mut self, expected: &str) {
        let line = self.hears_a_line();
        if line != expected {
            self.fails(&format!("expected {expected:?}, heard {line:?}"));
        }
    }

    /// The next line must begin like this. Returns it.
    #[track_caller]
    pub fn hears_something_like(&mut self, beginning: &str) -> String {
        let line = self.hears_a_line();
        if !line.starts_with(beginning) {
            self.fails(&format!("expected {beginning:?} and more, heard {line:?}"));
        }
        line
    }

    /// The next line, whatever it is.
    #[track_caller]
    pub fn hears_a_line(&mut self) -> String {
        match self.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => self.fails("the room has closed the connection"),
            Err(error) => self.fails(&format!("no line has come: {error}")),
        }
    }

    /// The next line; `None` at the end of the stream. Fails as recv does, and if it is no UTF-8.
    pub fn next_line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        if self.stream.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.pop() != Some(b'\n') {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "the end inside a line"));
        }
        let line = String::from_utf8(line).map_err(|_| ErrorKind::InvalidData)?;
        self.heard.push(line.clone());
        Ok(Some(line))
    }

    /// Nothing comes but the end of the stream.
    #[track_caller]
    pub fn hears_the_end(&mut self) {
        match self.next_line() {
            Ok(None) => {}
            Ok(Some(line)) => self.fails(&format!("expected the end, heard {line:?}")),
            Err(error) => self.fails(&format!("expected the end: {error}")),
        }
    }

    /// What is heard in between must be nothing: the answer to a command is the next line.
    #[track_caller]
    pub fn has_heard_nothing(&mut self) {
        self.says("/who");
        self.hears_something_like("* The room contains:");
    }

    /// Closes the sending half.
    #[track_caller]
    pub fn half_closes(&self) {
        self.stream.get_ref().shutdown(Shutdown::Write).expect("the connection stands");
    }

    /// Throws the connection away: the room's side is reset.
    pub fn resets(self) {
        SockRef::from(self.stream.get_ref())
            .set_linger(Some(Duration::ZERO))
            .expect("it can be set");
    }

    /// Its connection, for what a test does with its own hands.
    pub fn stream(&self) -> &TcpStream {
        self.stream.get_ref()
    }

    /// Everything up to the end of the stream, or a reset.
    pub fn hears_out(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = self.stream.read_to_end(&mut rest); // a reset ends it as well
        rest
    }

    #[track_caller]
    fn fails(&self, problem: &str) -> ! {
        let omitted = self.heard.len().saturating_sub(MOST_LINES);
        let heard = self.heard[omitted..].join("\n  ");
        panic!("{}: {problem}\nheard until then ({omitted} lines before):\n  {heard}", self.name);
    }
}
