//! The two ends of 05-lost-and-found, played by a check for the student's program at the other.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;

use super::format::{Text, acknowledgement, named};
use crate::program::missing;
use crate::{DatagramPeer, Failed, Played, Program, Stage};

/// The receiver that the check plays for the student's sender.
pub(super) struct Far<'a> {
    stage: &'a Stage,
    pub(super) peer: DatagramPeer,
    sender: Cell<Option<SocketAddr>>,
    last: RefCell<Vec<u8>>,
}

impl<'a> Far<'a> {
    /// A receiver, and a sender that is started with these arguments and given this text.
    pub(super) fn of(
        stage: &'a Stage,
        text: &Text,
        args: &[&str],
    ) -> Result<(Self, Program), Failed> {
        let peer = stage.datagram_peer("receiver")?;
        let port = peer.port()?;
        let sender = stage.start(&[&["send", "--port", &port], args].concat())?;
        sender.is_fed(text.0.clone());
        Ok((Self { stage, peer, sender: Cell::new(None), last: RefCell::default() }, sender))
    }

    pub(super) fn sender(&self) -> SocketAddr {
        self.sender.get().expect("the sender has been heard")
    }

    /// Waits for this datagram. Repetitions of the one before may come first, if the sender was
    /// quicker than our acknowledgement.
    pub(super) fn takes(&self, expected: &[u8]) -> Played {
        self.takes_untold(expected)?;
        self.stage.tell("receiver", format_args!("receives {}", named(expected)));
        Ok(())
    }

    pub(super) fn takes_untold(&self, expected: &[u8]) -> Played {
        let next =
            || std::iter::from_fn(|| self.peer.takes()).find(|it| it.0 != *self.last.borrow());
        let came = self.stage.awaits(next);
        let (came, sender) = came.map_err(|silence| missing(&named(expected), silence))?;
        if came != expected {
            return Err(Failed::fail(named(expected), named(&came)));
        }
        self.sender.set(Some(sender));
        self.last.replace(came);
        Ok(())
    }

    /// Waits for the same datagram once more.
    pub(super) fn takes_it_again(&self) -> Played {
        self.takes_it_again_while(|| ())
    }

    pub(super) fn takes_it_again_while(&self, mut act: impl FnMut()) -> Played {
        let last = self.last.borrow();
        let wanted = format!("the same datagram again, {}", named(&last));
        let came = self.stage.awaits(|| {
            act();
            self.peer.takes()
        });
        let (came, _) = came.map_err(|silence| missing(&wanted, silence))?;
        if came != *last {
            return Err(Failed::fail(wanted, named(&came)));
        }
        self.stage.tell("receiver", "receives the same datagram again");
        Ok(())
    }

    /// Fails if any datagram has come by now: for a sender that waits, and whose time is not over.
    pub(super) fn hears_nothing_new(&self) -> Played {
        self.stage.settle();
        match self.peer.takes() {
            Some((early, _)) => {
                let wanted = "your program to wait until its datagram is acknowledged";
                Err(Failed::fail(wanted, named(&early)))
            }
            None => Ok(()),
        }
    }

    /// Fails if another datagram than the last has come by now.
    pub(super) fn has_not_gone_on(&self) -> Played {
        self.stage.settle();
        let last = self.last.borrow();
        match std::iter::from_fn(|| self.peer.takes()).find(|(came, _)| came != &*last) {
            Some((other, _)) => {
                let wanted = format!("the same datagram again, {}", named(&last));
                Err(Failed::fail(wanted, named(&other)))
            }
            None => Ok(()),
        }
    }

    pub(super) fn acknowledges(&self, number: usize) -> Played {
        let bytes = acknowledgement(number);
        self.peer.sends_as(self.sender(), &bytes, named(&bytes))
    }
}

/// The sender that the check plays for the student's receiver.
pub(super) struct Near {
    peer: DatagramPeer,
    receiver: SocketAddr,
}

impl Near {
    pub(super) fn of(stage: &Stage, stay: &str) -> Result<(Self, Program), Failed> {
        let receiver = stage.start(&["receive", "--port", "0", "--stay", stay])?;
        receiver.names_its_address()?;
        let near = Self { peer: stage.datagram_peer("sender")?, receiver: receiver.address() };
        Ok((near, receiver))
    }

    pub(super) fn sends(&self, datagram: &[u8]) -> Played {
        self.peer.sends_as(self.receiver, datagram, named(datagram))
    }

    pub(super) fn sends_and_is_acknowledged(&self, datagram: &[u8]) -> Played {
        self.sends(datagram)?;
        self.peer.receives_named(named, &[b"A", &datagram[1..5]].concat())
    }
}
