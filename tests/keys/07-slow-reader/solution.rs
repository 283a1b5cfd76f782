//! Exercise 07-slow-reader, solved: a queue with an end, and a thread that waits in the others' place.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, Typed, exit_status, info, name, read_typed, words};
use socket2::{Domain, Socket, Type};

/// The most bytes in a line.
const LIMIT: usize = 1024;

/// How many bytes the kernel keeps for a client that does not read; what is more waits with us.
const SEND_BUFFER: usize = 16 << 10;

/// A ticker: each line that is typed goes to every client.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,

    /// How many lines may wait for a client that does not read
    #[arg(long, value_name = "LINES", default_value_t = 1000)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    queue: u32,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    let listener =
        listen_on(address).or_fail_to_listen(format_args!("cannot listen on {}", cli.address))?;
    let readers = Arc::new(Readers::new(cli.queue as usize));
    let accepting = Arc::clone(&readers);
    let thread = thread::Builder::new().name("accept".into());
    thread.spawn(move || accept_all(&listener, &accepting)).or_fail("cannot start a thread")?;
    tick(&readers)
}

fn listen_on(address: SocketAddr) -> io::Result<Socket> {
    let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    listener.set_send_buffer_size(SEND_BUFFER)?; // each client's socket inherits it
    #[cfg(unix)]
    listener.set_reuse_address(true)?;
    listener.bind(&address.into())?;
    listener.listen(1024)?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    Ok(listener)
}

/// Each line of the input goes to everyone, until the input ends.
fn tick(readers: &Readers) -> Result<(), Failure> {
    loop {
        match read_typed(&mut io::stdin().lock(), LIMIT).or_fail("cannot read the input")? {
            Typed::Line(line) => readers.tell(&line),
            Typed::TooLong | Typed::NotText => info!("not sent: too long, or no text"),
            Typed::End => return Ok(()),
        }
    }
}

/// Everyone who is here.
struct Readers {
    queue: usize,
    all: Mutex<Vec<Reader>>,
}

/// A client, and what waits for it.
struct Reader {
    peer: String,
    client: Arc<Socket>,
    lines: SyncSender<Arc<str>>,
}

impl Readers {
    fn new(queue: usize) -> Self {
        Self { queue, all: Mutex::default() }
    }

    /// Adds a client, and returns the other end of its queue.
    fn add(&self, peer: &str, client: &Arc<Socket>) -> Receiver<Arc<str>> {
        let (lines, queue) = mpsc::sync_channel(self.queue);
        let reader = Reader { peer: peer.to_owned(), client: Arc::clone(client), lines };
        self.all().push(reader);
        queue
    }

    /// Puts a line into every queue. Who has no room for it is let go.
    fn tell(&self, line: &str) {
        let line = Arc::from(format!("{line}\n"));
        self.all().retain(|reader| match reader.lines.try_send(Arc::clone(&line)) {
            // Its sending thread may have ended before the other has found out.
            Ok(()) | Err(TrySendError::Disconnected(_)) => true,
            Err(TrySendError::Full(_)) => {
                let _ = reader.client.shutdown(Shutdown::Both); // wakes both of its threads
                false
            }
        });
    }

    /// Removes a client. Returns false if it has been let go.
    fn remove(&self, peer: &str) -> bool {
        let mut all = self.all();
        let before = all.len();
        all.retain(|reader| reader.peer != peer);
        all.len() < before
    }

    fn all(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.all.lock().expect("nothing in here panics")
    }
}

fn accept_all(listener: &Socket, readers: &Arc<Readers>) {
    loop {
        match listener.accept() {
            Ok((client, peer)) => start(client, name(peer.as_socket()), readers),
            // Out of descriptors, most likely: they come back when clients leave.
            Err(error) => {
                info!("cannot accept, trying again: {}", words(&error));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

/// Serves `client` in a thread of its own.
fn start(client: Socket, peer: String, readers: &Arc<Readers>) {
    let readers = Arc::clone(readers);
    let thread = thread::Builder::new().name(peer.clone());
    let lost = peer.clone();
    let started = thread.spawn(move || {
        let end = serve(Arc::new(client), &peer, &readers);
        info!("client {peer} {end}");
    });
    if let Err(error) = started {
        info!("client {lost} has left: cannot start a thread: {error}");
    }
}

/// Sends in one more thread, and waits in this one until the client has left or was let go.
fn serve(client: Arc<Socket>, peer: &str, readers: &Readers) -> &'static str {
    let queue = readers.add(peer, &client);
    let socket = Arc::clone(&client);
    let sender = thread::Builder::new().name(peer.to_owned()).spawn(move || send(&socket, &queue));
    info!("connected by {peer}");
    if sender.is_ok() {
        wait_until_it_leaves(&client);
    }
    let has_left = readers.remove(peer);
    let _ = client.shutdown(Shutdown::Both); // the other thread may be waiting in send
    if let Ok(sender) = sender {
        let _ = sender.join();
    }
    match has_left {
        true => "has left",
        false => "let go: it does not read",
    }
}

/// Sends what is in the queue, until nobody can put anything in any more, or nothing can be sent.
fn send(mut client: &Socket, queue: &Receiver<Arc<str>>) {
    for line in queue {
        if client.write_all(line.as_bytes()).is_err() {
            return;
        }
    }
}

/// recv until the end of the stream or a reset. What the client says does not matter.
fn wait_until_it_leaves(mut client: &Socket) {
    let mut buffer = [0; 1024];
    while client.read(&mut buffer).is_ok_and(|count| count > 0) {}
}
