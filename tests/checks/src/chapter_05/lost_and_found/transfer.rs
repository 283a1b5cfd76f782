//! 05-lost-and-found as a whole: the student's sender and receiver, and a relay between them.

use std::time::Duration;

use relay::{Trouble, UdpRelay, UdpSettings};

use super::format::Text;
use crate::program::missing;
use crate::words::ended;
use crate::{Failed, Played, Program, Silence, Stage};

/// A text on its way from the student's sender to the student's receiver.
pub(super) struct Transfer {
    text: Text,
    receiver: Program,
    _sender: Program,
}

impl Transfer {
    pub(super) fn start(stage: &Stage) -> Result<Self, Failed> {
        // Of three tries one arrives, and of three that arrive one is acknowledged: nine tries are
        // enough for sure. More are allowed, for a machine that is slow.
        let trouble = Trouble {
            drop: 20,
            duplicate: 15,
            reorder: 15,
            most_in_a_row: 2,
            hold: Duration::from_millis(100),
            ..Trouble::default()
        };
        let receiver = stage.start(&["receive", "--port", "0", "--stay", "3600"])?;
        receiver.names_its_address()?;
        let settings = UdpSettings {
            seed: stage.number(0..1 << 30) as u64,
            to_server: trouble,
            to_client: trouble,
            ..UdpSettings::new(receiver.address())
        };
        let relay =
            UdpRelay::start(settings).map_err(|error| Failed::grader("to start a relay", error))?;
        stage.tell("relay", "stands between them, and drops, doubles and holds back datagrams");
        let port = relay.address().port().to_string();
        let sender =
            stage.start(&["send", "--port", &port, "--timeout", "0.05", "--tries", "100"])?;
        let text = Text::of(stage, stage.number(4000..6000));
        sender.is_fed(text.0.clone());
        stage.keep(relay);
        Ok(Self { text, receiver, _sender: sender })
    }

    /// Waits until all of it has arrived. When something is wrong, how far a text has come depends
    /// on time as well, and so nothing is said of that.
    pub(super) fn arrives(&self, stage: &Stage) -> Played {
        const WANTED: &str = "each text on stdout of its receiver, once and in order";
        let text = &self.text.0;
        let done = stage.awaits(|| {
            let came = self.receiver.delivered();
            (came.len() >= text.len() || !text.starts_with(&came)).then_some(())
        });
        match (done, self.receiver.end()) {
            (Ok(()), _) if self.receiver.delivered() == *text => Ok(()),
            (Ok(()), _) => {
                Err(Failed::fail(WANTED, "other bytes, or the same, but not once and in order"))
            }
            (Err(_), Some(status)) => {
                Err(Failed::fail(WANTED, format!("a part of it; the receiver {}", ended(status))))
            }
            (Err(Silence::AtRest | Silence::Restless | Silence::Deadline(_)), None) => {
                Err(Failed::timeout(WANTED, "a part of it, and then nothing, for ever"))
            }
            (Err(silence), None) => Err(missing(WANTED, silence)),
        }
    }
}
