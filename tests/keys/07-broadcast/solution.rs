//! Exercise 07-broadcast, solved: one lock, under which each line goes to everyone.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use clap::Parser;
use common::{Failure, ListenAddress, OrFail, exit_status, info, name, printable, words};
use socket2::{Domain, Socket, Type};

/// The most bytes in a line.
const LIMIT: u64 = 1024;

/// A room: what one says, all others hear.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ListenAddress,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    let listener =
        listen_on(address).or_fail_to_listen(format_args!("cannot listen on {}", cli.address))?;
    let room = Arc::new(Room::default());
    loop {
        match listener.accept() {
            Ok((client, peer)) => start(client, name(peer.as_socket()), &room),
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

/// Everyone who is here, by name, in the order in which they have come.
#[derive(Default)]
struct Room(Mutex<Vec<(String, Arc<Socket>)>>);

impl Room {
    fn comes(&self, peer: &str, client: &Arc<Socket>) {
        let mut clients = self.0.lock().expect("nothing in here panics");
        tell_others(&clients, peer, &format!("* {peer} has come\n"));
        clients.push((peer.to_owned(), Arc::clone(client)));
    }

    fn says(&self, peer: &str, line: &str) {
        let clients = self.0.lock().expect("nothing in here panics");
        tell_others(&clients, peer, &format!("[{peer}] {line}\n"));
    }

    fn leaves(&self, peer: &str) {
        let mut clients = self.0.lock().expect("nothing in here panics");
        clients.retain(|(name, _)| name != peer);
        tell_others(&clients, peer, &format!("* {peer} has left\n"));
    }
}

/// Sends a line to everyone but `peer`, each time in one piece. Under the lock, so that all hear all
/// lines in one order. Who cannot be told any more has vanished, which its own thread finds out.
fn tell_others(clients: &[(String, Arc<Socket>)], peer: &str, line: &str) {
    for (name, client) in clients {
        if name != peer {
            let _ = (&**client).write_all(line.as_bytes());
        }
    }
}

/// Serves `client` in a thread of its own.
fn start(client: Socket, peer: String, room: &Arc<Room>) {
    info!("connected by {peer}");
    let room = Arc::clone(room);
    let thread = thread::Builder::new().name(peer.clone());
    let lost = peer.clone();
    let started = thread.spawn(move || {
        let client = Arc::new(client);
        room.comes(&peer, &client);
        let _ = listen_to(&client, &peer, &room); // however it ends, the client has left
        room.leaves(&peer);
        drop(client);
        info!("client {peer} has left");
    });
    if let Err(error) = started {
        info!("client {lost} has left: cannot start a thread: {error}");
    }
}

/// Hands on what one client says, until it leaves.
fn listen_to(client: &Socket, peer: &str, room: &Room) -> io::Result<()> {
    let mut lines = BufReader::new(client);
    let mut line = Vec::new();
    while lines.by_ref().take(LIMIT).read_until(b'\n', &mut line)? > 0 {
        if !line.ends_with(b"\n") && (line.len() as u64) < LIMIT {
            break; // the stream has ended inside a line
        }
        let said = printable(line.strip_suffix(b"\n").unwrap_or(&line));
        info!("[{peer}] {said}");
        room.says(peer, &said);
        line.clear();
    }
    Ok(())
}
