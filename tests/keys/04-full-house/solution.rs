//! Exercise 04-full-house, solved: a permit that comes back by itself, and a refusal that arrives.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, seconds, words};
use socket2::{Domain, Socket, Type};

const REPLY: &[u8] = b"[INFO] server has received your messages";
const QUIT: &[u8] = b"q";
const FULL: &[u8] = b"[INFO] server is full, try again later";

/// How many refused clients are waited for at once. A crowd of them must not take the threads that
/// those who are served need.
const MOST_LINGERING: u32 = 16;

/// Serve many clients at once, but not too many.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,

    /// How many clients are served at once; any more are told that the server is full
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    max_clients: u32,

    /// How long a client that was refused is waited for
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    linger: Duration,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    let listener =
        listen_on(address).or_fail_to_listen(format_args!("cannot listen on {}", cli.address))?;
    let mut served = Permits::new(cli.max_clients);
    let mut lingering = Permits::new(MOST_LINGERING);
    loop {
        match listener.accept() {
            Ok((client, peer)) => {
                let peer = name(peer.as_socket());
                info!("connected by {peer}");
                match served.take() {
                    Some(permit) => serve(client, peer, permit),
                    None => refuse(client, peer, cli.linger, lingering.take()),
                }
            }
            // Out of descriptors, most likely: they come back when clients leave.
            Err(error) => {
                info!("cannot accept, trying again: {}", words(&error));
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn listen_on(address: SocketAddr) -> io::Result<Socket> {
    let listener = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    #[cfg(unix)]
    listener.set_reuse_address(true)?;
    listener.bind(&address.into())?;
    listener.listen(1024)?;
    info!("server start at : {}", name(listener.local_addr()?.as_socket()));
    Ok(listener)
}

/// Serves `client` in a thread, which owns the socket and the permit: however it ends, the one is
/// closed and the other free.
fn serve(client: Socket, peer: String, permit: Permit) {
    in_a_thread(&peer.clone(), move || {
        let end = talk(&client, &peer);
        drop(permit); // before the line, so that whoever reads it finds room
        match end {
            Ok(end) => info!("client {peer} {end}"),
            Err(error) => info!("client {peer} lost: {}", words(&error)),
        }
    });
}

/// Tells a client that it is one too many, and waits in a thread until it has closed.
fn refuse(client: Socket, peer: String, limit: Duration, permit: Option<Permit>) {
    info!("client {peer} refused: the server is full");
    if let (Ok(()), Some(permit)) = (tell(&client), permit) {
        in_a_thread(&peer, move || {
            drain(&client, limit);
            drop(permit);
        });
    }
}

/// The refusal, and the end of our half of the stream.
fn tell(mut client: &Socket) -> io::Result<()> {
    client.write_all(FULL)?;
    client.shutdown(Shutdown::Write)
}

/// Reads until the client has closed as well, so that nothing is unread when we close: it would be
/// answered by a reset. Gives up after `limit`, whatever the client sends until then.
fn drain(mut client: &Socket, limit: Duration) {
    let start = Instant::now();
    let mut buffer = [0; 1024];
    while let Some(left) = limit.checked_sub(start.elapsed()) {
        // A timeout of less than a microsecond would mean none at all.
        let left = left.max(Duration::from_millis(1));
        if client.set_read_timeout(Some(left)).is_err() {
            return;
        }
        match client.read(&mut buffer) {
            Ok(1..) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

fn in_a_thread(name: &str, work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().name(name.to_owned());
    if let Err(error) = thread.spawn(work) {
        info!("client {name} lost: cannot start a thread: {error}");
    }
}

/// recv, send, and again. Returns how the client left.
fn talk(mut client: &Socket, peer: &str) -> io::Result<&'static str> {
    let mut buffer = [0; 1024];
    loop {
        let message = match client.read(&mut buffer) {
            Ok(0) => return Ok("closed the connection"),
            Ok(count) => &buffer[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        info!("received from {peer}: {}", printable(text_of(message).as_bytes()));
        if message == QUIT {
            return Ok("quit!");
        }
        client.write_all(REPLY)?;
    }
}

/// The text of a message. Take it for a library that somebody else has written: use it, and leave it
/// as it is.
fn text_of(message: &[u8]) -> &str {
    std::str::from_utf8(message).expect("a message is text")
}

/// A limit, and how much of it is taken.
struct Permits {
    taken: Arc<AtomicU32>,
    limit: u32,
}

/// What was taken of a limit. A value is dropped on every way out of a thread, and dropping it gives
/// it back.
struct Permit(Arc<AtomicU32>);

impl Permits {
    fn new(limit: u32) -> Self {
        Self { taken: Arc::default(), limit }
    }

    /// One thread alone takes permits, hence `&mut`: nobody comes between the look and the count.
    fn take(&mut self) -> Option<Permit> {
        if self.taken.load(Ordering::Acquire) >= self.limit {
            return None;
        }
        self.taken.fetch_add(1, Ordering::AcqRel);
        Some(Permit(Arc::clone(&self.taken)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
