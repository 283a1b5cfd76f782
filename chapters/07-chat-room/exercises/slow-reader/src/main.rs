//! Exercise 07-slow-reader: one that does not read. README.md says what is asked.
//!
//! Start it:   cargo run -p ex07-slow-reader
//! Talk to it: type lines; in two other terminals, nc 127.0.0.1 6666 shows them
//! Grade it:   cargo test -p ex07-slow-reader

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
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
    info!("{} lines may wait for a client", cli.queue); // to be done: so far there is no queue
    let readers = Arc::new(Readers::default());
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

/// Everyone who is here, by name.
#[derive(Default)]
struct Readers(Mutex<Vec<(String, Arc<Socket>)>>);

impl Readers {
    fn add(&self, peer: &str, client: &Arc<Socket>) {
        let mut clients = self.0.lock().expect("nothing in here panics");
        clients.push((peer.to_owned(), Arc::clone(client)));
    }

    fn tell(&self, line: &str) {
        let clients = self.0.lock().expect("nothing in here panics");
        for (_, client) in &*clients {
            let _ = (&**client).write_all(format!("{line}\n").as_bytes()); // it may have gone
        }
    }

    fn remove(&self, peer: &str) {
        let mut clients = self.0.lock().expect("nothing in here panics");
        clients.retain(|(name, _)| name != peer);
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

/// Waits in a thread of its own until `client` leaves.
fn start(client: Socket, peer: String, readers: &Arc<Readers>) {
    let readers = Arc::clone(readers);
    let thread = thread::Builder::new().name(peer.clone());
    let lost = peer.clone();
    let started = thread.spawn(move || {
        let client = Arc::new(client);
        readers.add(&peer, &client);
        info!("connected by {peer}");
        wait_until_it_leaves(&client);
        readers.remove(&peer);
        drop(client);
        info!("client {peer} has left");
    });
    if let Err(error) = started {
        info!("client {lost} has left: cannot start a thread: {error}");
    }
}

/// recv until the end of the stream or a reset. What the client says does not matter.
fn wait_until_it_leaves(mut client: &Socket) {
    let mut buffer = [0; 1024];
    while client.read(&mut buffer).is_ok_and(|count| count > 0) {}
}
