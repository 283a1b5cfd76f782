//! Puts a room under load, and measures how long a line takes to get to each of the others.
//!
//! ```sh
//! cargo build --release --package ch07-chat-room --package room
//! target/release/ch07-chat-room server --max-clients 1000
//! target/release/room-load --clients 1000 --rate 100
//! ```
//!
//! All clients are in this one thread, so that it takes as little as possible of what the server
//! needs. A line carries the time at which it was due, not the one at which it was sent: when this
//! program is late, that counts as delay and does not hide one.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use common::{Failure, OrFail, ServerAddress, exit_status, say, seconds};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use room::Guest;

/// How long the last lines may take to come.
const TIME_TO_COME: Duration = Duration::from_secs(10);

/// Put a room under load, and measure how long a line takes.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    address: ServerAddress,

    /// How many clients there are
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(2..))]
    clients: u32,

    /// How many lines are said in a second, by all of them together
    #[arg(long, value_name = "LINES", default_value_t = 100)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,

    /// For how long, after a tenth of it that is not measured; fractions are allowed
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    time: Duration,
}

/// A client, and of what it hears the line that has not come to its end.
struct Client {
    stream: TcpStream,
    rest: Vec<u8>,
}

/// What has come of the lines.
#[derive(Default)]
struct Heard {
    /// For each delivery that counts, the time in microseconds.
    times: Vec<u32>,
    /// How many others there were, of those that do not count.
    warm_up: u64,
    /// How many clients the server has closed.
    dropped: u32,
}

fn main() -> ExitCode {
    exit_status(run(&Cli::parse()))
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let address = cli.address.resolve_first()?;
    drop(
        std::net::TcpStream::connect(address)
            .or_fail_to_connect(format_args!("cannot connect to {address}"))?,
    );
    let mut clients = enter(address, cli.clients);
    say!("{} clients are in the room", cli.clients);
    let poll = Poll::new().or_fail("cannot wait for clients")?;
    for (number, client) in clients.iter_mut().enumerate() {
        let registered =
            poll.registry().register(&mut client.stream, Token(number), Interest::READABLE);
        registered.or_fail("cannot wait for a client")?;
    }
    let (heard, said) = load(poll, &mut clients, cli).or_fail("the load failed")?;
    report(heard, said, cli);
    Ok(())
}

/// Connects them all. Each hears those that come after it.
fn enter(address: SocketAddr, count: u32) -> Vec<Client> {
    let enter = |number| {
        let (guest, _) = Guest::enters(address, &format!("load{number}"));
        let stream = guest.stream().try_clone().expect("a descriptor");
        stream.set_nonblocking(true).expect("it can be set");
        Client { stream: TcpStream::from_std(stream), rest: Vec::new() }
    };
    (0..count).map(enter).collect()
}

/// Says lines when they are due, and hears all that comes. Returns how many of the lines count.
fn load(mut poll: Poll, clients: &mut [Client], cli: &Cli) -> std::io::Result<(Heard, u64)> {
    let mut events = Events::with_capacity(1024);
    let (mut heard, mut buffer) = (Heard::default(), vec![0; 1 << 16]);
    let warm_up = cli.time / 10;
    let all = ((warm_up + cli.time).as_secs_f64() * f64::from(cli.rate)) as u64;
    let counted = all - (warm_up.as_secs_f64() * f64::from(cli.rate)) as u64;
    let others = clients.len() as u64 - 1;
    let due = |line: u64| Duration::from_secs_f64(line as f64 / f64::from(cli.rate));
    let (start, mut said) = (Instant::now(), 0);
    loop {
        while said < all && due(said) <= start.elapsed() {
            let kind = if said < all - counted { 'w' } else { 'm' };
            let line = format!("{kind} {}\n", due(said).as_micros());
            let speaker = said as usize % clients.len();
            clients[speaker].stream.write_all(line.as_bytes())?;
            said += 1;
        }
        let come = heard.times.len() as u64 + heard.warm_up;
        let late = due(all) + TIME_TO_COME;
        if come == all * others || heard.dropped > 0 || start.elapsed() > late {
            return Ok((heard, counted));
        }
        let next = if said < all { due(said) } else { late };
        let patience = next.saturating_sub(start.elapsed());
        match poll.poll(&mut events, Some(patience)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            polled => polled?,
        }
        for event in &events {
            clients[event.token().0].hear(&mut buffer, start, &mut heard)?;
        }
    }
}

impl Client {
    /// Takes what has come, until there is nothing more.
    fn hear(
        &mut self,
        buffer: &mut [u8],
        start: Instant,
        heard: &mut Heard,
    ) -> std::io::Result<()> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => {
                    heard.dropped += 1;
                    return Ok(());
                }
                Ok(count) => {
                    let now = start.elapsed();
                    self.rest.extend_from_slice(&buffer[..count]);
                    let end =
                        self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                    for line in
                        self.rest.drain(..end).collect::<Vec<_>>().split(|byte| *byte == b'\n')
                    {
                        heard.line(line, now);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Heard {
    /// Counts a line `[NAME] KIND MICROSECONDS`, and nothing else.
    fn line(&mut self, line: &[u8], now: Duration) {
        let Ok(line) = std::str::from_utf8(line) else { return };
        match *line.split(' ').collect::<Vec<_>>() {
            [_, "w", _] => self.warm_up += 1,
            [_, "m", due] => {
                let due = due.parse().map_or(Duration::ZERO, Duration::from_micros);
                self.times.push(now.saturating_sub(due).as_micros() as u32);
            }
            _ => {}
        }
    }
}

fn report(mut heard: Heard, said: u64, cli: &Cli) {
    heard.times.sort_unstable();
    let expected = said * (u64::from(cli.clients) - 1);
    let at = |part: f64| {
        let index = (heard.times.len() as f64 * part) as usize;
        heard.times.get(index.min(heard.times.len().saturating_sub(1))).copied().unwrap_or(0)
    };
    say!("lines said:            {said} in {:?}, {} a second", cli.time, cli.rate);
    say!("deliveries:            {} of {expected}", heard.times.len());
    say!("clients dropped:       {}", heard.dropped);
    for (name, part) in [("median", 0.5), ("99th percentile", 0.99), ("longest", 1.0)] {
        say!("{:<22} {:?}", format!("{name}:"), Duration::from_micros(at(part).into()));
    }
}
