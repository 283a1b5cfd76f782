//! A connection as the kernel knows it, seen from outside: proc(5), `/proc/net/tcp`.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use crate::{Failed, Peer, Played, Program};

/// The number that `/proc/net/tcp` has for TIME-WAIT (Linux, `include/net/tcp_states.h`).
const TIME_WAIT: u8 = 6;

impl Program {
    /// Has a client close its end of a connection that the program has closed already, and fails
    /// unless the program's end of it rests in TIME-WAIT then, as that of the side does which closes
    /// first (RFC 9293, section 3.6). Linux and IPv4 only.
    pub fn has_closed_first(&self, client: Peer) -> Played {
        const WANTED: &str = "the connection to rest in TIME-WAIT on your program's port, as it \
            does on the side that closes first";
        let (here, there) = (self.address(), client.address()?);
        client.closes();
        // The last segments may still be under way. And the table is no snapshot: what moves in it
        // while it is read may be missed, so a few looks without a trace prove nothing.
        const LOOKS: u32 = 20;
        let mut looks_in_vain = 0;
        while looks_in_vain < LOOKS && !self.stage.time_left().is_zero() {
            let state = |of, to| Ok(end(of, to)?.map(|end| end.state));
            match (state(here, there)?, state(there, here)?) {
                (Some(TIME_WAIT), _) => {
                    self.stage.tell("your program", "has a connection in TIME-WAIT on its port");
                    return Ok(());
                }
                (None, Some(TIME_WAIT)) => {
                    let came = "it rests on the client's port: the client has closed first";
                    return Err(Failed::fail(WANTED, came));
                }
                (None, None) => looks_in_vain += 1,
                _ => looks_in_vain = 0,
            }
            thread::sleep(Duration::from_millis(1)); // between two looks
        }
        Err(match looks_in_vain {
            0 => Failed::timeout(WANTED, "it is not closed on both sides yet"),
            _ => Failed::fail(WANTED, "nothing is left of it: a reset has ended it"),
        })
    }
}

/// One end of a connection.
pub(crate) struct End {
    state: u8,
    /// How many bytes it has sent that the other end's kernel has not acknowledged.
    pub(crate) unacknowledged: u64,
}

/// That end of a connection which has the address `here`. `None` if there is none, or if it moved in
/// the table while that was read.
pub(crate) fn end(here: SocketAddr, there: SocketAddr) -> Result<Option<End>, Failed> {
    let table = fs::read_to_string("/proc/net/tcp");
    let table = table.map_err(|why| Failed::grader("to look at the kernel's connections", why))?;
    let ends = table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        if [address(fields.next()?)?, address(fields.next()?)?] != [here, there] {
            return None;
        }
        let state = u8::from_str_radix(fields.next()?, 16).ok()?;
        let (sent, _) = fields.next()?.split_once(':')?;
        Some(End { state, unacknowledged: u64::from_str_radix(sent, 16).ok()? })
    });
    Ok(ends.last())
}

/// An address as the table has it: `0100007F:1A0A` is 127.0.0.1:6666 on a little-endian machine.
fn address(text: &str) -> Option<SocketAddr> {
    let (host, port) = text.split_once(':')?;
    // The four bytes of the address are printed as if they were a number of this machine.
    let host = Ipv4Addr::from(u32::from_str_radix(host, 16).ok()?.to_ne_bytes());
    Some(SocketAddr::from((host, u16::from_str_radix(port, 16).ok()?)))
}
