//! Who calls what, and who waits for whom: a picture made from a few lines of text.
//!
//! ```text
//! title: One message
//! description: What a screen reader says of the picture.
//! lanes: client, server
//! waits: waits
//!
//! server: accept …
//! client: connect -> server: SYN
//! client: send ~> server: "hello"
//! server: recv
//! ```
//!
//! A call with `…` waits, until an arrow `->` arrives at its lane or the lane calls again. An arrow
//! `~>` arrives as well, but wakes nobody: the kernel keeps what it brings. An arrow `-x` never
//! arrives. `waits` is the word of the legend.

mod draw;

/// A picture, as it was described.
pub struct CallFlow {
    title: String,
    description: String,
    waits: String,
    lanes: Vec<String>,
    steps: Vec<Step>,
}

/// One row of the picture.
struct Step {
    lane: usize,
    call: Option<Call>,
    arrow: Option<Arrow>,
}

struct Call {
    name: String,
    waits: bool,
}

struct Arrow {
    to: usize,
    label: String,
    fate: Fate,
}

/// What becomes of what an arrow brings.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// It wakes whoever waits for it.
    Wakes,
    /// The kernel keeps it.
    Kept,
    /// It is lost on the way.
    Lost,
}

const ARROWS: [(&str, Fate); 3] =
    [(" -> ", Fate::Wakes), (" ~> ", Fate::Kept), (" -x ", Fate::Lost)];

impl CallFlow {
    /// Reads a description. Fails with the number of the line, counted from 1, and what is wrong
    /// there.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut flow = Self {
            title: String::new(),
            description: String::new(),
            waits: String::new(),
            lanes: Vec::new(),
            steps: Vec::new(),
        };
        for (index, line) in text.lines().enumerate() {
            flow.line(line.trim()).map_err(|what| (index + 1, what))?;
        }
        let missing = [
            ("title", flow.title.is_empty()),
            ("description", flow.description.is_empty()),
            ("waits", flow.waits.is_empty()),
            ("two lanes or more", flow.lanes.len() < 2),
            ("a step", flow.steps.is_empty()),
        ];
        match missing.iter().find(|(_, missing)| *missing) {
            Some((what, _)) => Err((0, format!("a call flow needs {what}"))),
            None => Ok(flow),
        }
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() {
            return Ok(());
        }
        match line.split_once(": ") {
            Some(("title", text)) => self.title = text.into(),
            Some(("description", text)) => self.description = text.into(),
            Some(("waits", text)) => self.waits = text.into(),
            Some(("lanes", text)) => self.lanes = text.split(", ").map(str::to_owned).collect(),
            _ => self.steps.push(self.step(line)?),
        }
        Ok(())
    }

    /// `LANE: CALL`, `LANE -> LANE: LABEL`, or both: `LANE: CALL -> LANE: LABEL`.
    fn step(&self, line: &str) -> Result<Step, String> {
        let split = ARROWS
            .iter()
            .filter_map(|(arrow, fate)| line.split_once(arrow).map(|(from, to)| (from, to, *fate)))
            .min_by_key(|(from, ..)| from.len()); // the first: a label may say anything
        let (from, arrow) = match split {
            None => (line, None),
            Some((from, to, fate)) => {
                let (to, label) = to.split_once(": ").ok_or("an arrow leads to LANE: LABEL")?;
                let arrow = Arrow { to: self.lane(to)?, label: label.into(), fate };
                (from, Some(arrow))
            }
        };
        let lane = from.split_once(": ").map_or(from, |(lane, _)| lane);
        if arrow.as_ref().is_some_and(|arrow| self.lanes.get(arrow.to).is_some_and(|to| to == lane))
        {
            return Err("an arrow leads to another lane".into());
        }
        let Some((lane, call)) = from.split_once(": ") else {
            return match arrow {
                Some(_) => Ok(Step { lane: self.lane(from)?, call: None, arrow }),
                None => Err("a step is LANE: CALL, or has an arrow".into()),
            };
        };
        let (name, waits) = match call.strip_suffix(" …") {
            Some(name) => (name, true),
            None => (call, false),
        };
        Ok(Step { lane: self.lane(lane)?, call: Some(Call { name: name.into(), waits }), arrow })
    }

    fn lane(&self, name: &str) -> Result<usize, String> {
        if self.lanes.is_empty() {
            return Err("the lanes come before the steps: \"lanes: NAME, NAME\"".into());
        }
        let found = self.lanes.iter().position(|lane| lane == name);
        found
            .ok_or_else(|| format!("no lane is called {name:?} (lanes: {})", self.lanes.join(", ")))
    }
}
