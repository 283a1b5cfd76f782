//! The picture as SVG, in the colours of the page's theme (assets/book.css).

use std::fmt::Write as _;

use super::{Arrow, CallFlow, Fate, Step};
use crate::html::escaped;

/// The width of one letter of a call's name, in the units of the picture, as all here.
const LETTER: usize = 8;
/// From the middle of a lane to the names of its calls.
const BESIDE: usize = 12;
const ROW: usize = 36;
const TOP: usize = 46;
/// How far down an arrow leads: time passes on the way.
const SLOPE: usize = 12;
/// From the middle of a lane to where an arrow begins or ends.
const REACH: usize = 7;

/// A lane that waits, and since where.
#[derive(Clone, Copy)]
struct Wait {
    lane: usize,
    since: usize,
}

impl CallFlow {
    /// The picture, as one block of HTML without an empty line.
    pub fn svg(&self) -> String {
        let id = self.id();
        let (width, height) = (self.width(), self.y(self.steps.len()) + 8);
        let mut lines = vec![
            "<figure class=\"call-flow\">".to_owned(),
            format!(
                "<svg viewBox=\"0 0 {width} {height}\" style=\"max-width: {width}px\" role=\"img\" \
                 aria-labelledby=\"{id}-title {id}-text\">"
            ),
            format!("<title id=\"{id}-title\">{}</title>", escaped(&self.title)),
            format!("<desc id=\"{id}-text\">{}</desc>", escaped(&self.description)),
            format!(
                "<defs><marker id=\"{id}-head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" \
                 markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
                 <path d=\"M0 0L10 5L0 10z\"/></marker></defs>"
            ),
        ];
        lines.extend(self.lanes.iter().enumerate().map(|(lane, name)| self.lane_line(lane, name)));
        lines.extend(self.waits().into_iter().map(|(wait, until)| self.bar(wait, until)));
        lines.extend(
            self.steps.iter().enumerate().map(|(row, step)| self.step_marks(row, step, &id)),
        );
        lines.push("</svg>".into());
        lines.push(format!(
            "<figcaption>{} <span class=\"legend\"><span class=\"bar\"></span> {}</span></figcaption>",
            escaped(&self.title),
            escaped(&self.waits)
        ));
        lines.push("</figure>\n".into());
        lines.join("\n")
    }

    /// Every wait, and where it ends: at the arrow that wakes it, at the next step of its own lane
    /// (it has given up), or below the last row.
    fn waits(&self) -> Vec<(Wait, usize)> {
        let mut open: Vec<Wait> = Vec::new();
        let mut done = Vec::new();
        for (row, step) in self.steps.iter().enumerate() {
            let given_up = open.iter().position(|it| step.call.is_some() && it.lane == step.lane);
            done.extend(given_up.map(|index| (open.remove(index), self.y(row))));
            if step.call.as_ref().is_some_and(|call| call.waits) {
                open.push(Wait { lane: step.lane, since: self.y(row) });
            }
            let Some(arrow) = step.arrow.as_ref().filter(|it| it.fate == Fate::Wakes) else {
                continue;
            };
            let woken = open.iter().position(|wait| wait.lane == arrow.to);
            done.extend(woken.map(|index| (open.remove(index), self.y(row) + SLOPE)));
        }
        done.extend(open.into_iter().map(|wait| (wait, self.y(self.steps.len()))));
        done
    }

    fn lane_line(&self, lane: usize, name: &str) -> String {
        let (x, end) = (self.x(lane), self.y(self.steps.len()));
        format!(
            "<text class=\"name\" x=\"{x}\" y=\"16\" text-anchor=\"middle\">{}</text>\
             <line class=\"lane\" x1=\"{x}\" y1=\"24\" x2=\"{x}\" y2=\"{end}\"/>",
            escaped(name)
        )
    }

    fn bar(&self, wait: Wait, until: usize) -> String {
        let (x, y, height) = (self.x(wait.lane) - 5, wait.since, until - wait.since);
        format!(
            "<rect class=\"wait\" x=\"{x}\" y=\"{y}\" width=\"10\" height=\"{height}\" rx=\"2\"/>"
        )
    }

    fn step_marks(&self, row: usize, step: &Step, id: &str) -> String {
        let (x, y) = (self.x(step.lane), self.y(row));
        let mut marks = String::new();
        if let Some(call) = &step.call {
            let (anchor, beside) = match self.is_named_on_its_left(step) {
                true => ("end", x - BESIDE),
                false => ("start", x + BESIDE),
            };
            let name = escaped(&call.name);
            write!(
                marks,
                "<circle class=\"call\" cx=\"{x}\" cy=\"{y}\" r=\"3.5\"/>\
                 <text class=\"call\" x=\"{beside}\" y=\"{}\" text-anchor=\"{anchor}\">{name}</text>",
                y + 4
            )
            .expect("a String takes everything");
        }
        if let Some(arrow) = &step.arrow {
            marks.push_str(&self.arrow(arrow, step.lane, y, id));
        }
        marks
    }

    /// The calls of the outer lanes stand outside, and those between where no arrow begins.
    fn is_named_on_its_left(&self, step: &Step) -> bool {
        let goes_right = step.arrow.as_ref().is_some_and(|arrow| arrow.to > step.lane);
        step.lane == 0 || (goes_right && step.lane + 1 < self.lanes.len())
    }

    fn arrow(&self, arrow: &Arrow, lane: usize, y: usize, id: &str) -> String {
        let from = self.x(lane);
        let to = self.x(arrow.to);
        let (start, end) =
            if from < to { (from + REACH, to - REACH) } else { (from - REACH, to + REACH) };
        // A label stands in the middle of the arrow, or of its first gap where it crosses a lane.
        let gaps = arrow.to.abs_diff(lane);
        let middle = (start * (2 * gaps - 1) + end) / (2 * gaps);
        let above = if arrow.fate == Fate::Lost { 6 } else { 2 };
        let label = escaped(&arrow.label);
        let text = format!(
            "<text class=\"label\" x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
            y - above
        );
        let line = |kind, end, bottom, head: &str| {
            format!(
                "<line class=\"{kind}\" x1=\"{start}\" y1=\"{y}\" x2=\"{end}\" y2=\"{bottom}\"{head}/>"
            )
        };
        let head = format!(" marker-end=\"url(#{id}-head)\"");
        let drawn = match arrow.fate {
            Fate::Wakes => line("arrow", end, y + SLOPE, &head),
            Fate::Kept => line("arrow kept", end, y + SLOPE, &head),
            Fate::Lost => {
                let (x, y) = (usize::midpoint(start, end), y + SLOPE / 2);
                let cross = format!("M{} {}l10 10m0 -10l-10 10", x - 5, y - 5);
                line("arrow", x, y, "") + &format!("<path class=\"lost\" d=\"{cross}\"/>")
            }
        };
        drawn + &text
    }

    fn x(&self, lane: usize) -> usize {
        let gap = if self.lanes.len() > 2 { 148 } else { 190 };
        self.margin(0) + lane * gap
    }

    fn width(&self) -> usize {
        let last = self.lanes.len() - 1;
        self.x(last) + self.margin(last)
    }

    /// Room for the names that stand beside an outer lane, and for half of its own above it.
    fn margin(&self, lane: usize) -> usize {
        let calls = self.steps.iter().filter(|step| step.lane == lane);
        let names =
            calls.filter_map(|step| step.call.as_ref()).map(|call| call.name.chars().count());
        let beside = BESIDE + LETTER * names.max().unwrap_or(0);
        beside.max(LETTER * self.lanes[lane].chars().count() / 2)
    }

    fn y(&self, row: usize) -> usize {
        TOP + row * ROW
    }

    /// Letters and digits of the title: an id that no other picture of the book has.
    fn id(&self) -> String {
        let words =
            self.title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        format!("flow-{}", words.collect::<Vec<_>>().join("-").to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::CallFlow;

    /// The rows between which each wait of these steps lasts, in the order of their ends.
    fn waits(steps: &str) -> Vec<(usize, usize)> {
        let header = "title: t\ndescription: d\nwaits: w\nlanes: a, b\n";
        let flow = CallFlow::parse(&format!("{header}{steps}")).expect("a right description");
        let row = |y: usize| (y - super::TOP) / super::ROW;
        flow.waits().into_iter().map(|(wait, until)| (row(wait.since), row(until))).collect()
    }

    #[test]
    fn a_wait_lasts_until_an_arrow_wakes_it() {
        assert_eq!(waits("b: recv …\na: think\na: send -> b: hello\nb: done"), [(0, 2)]);
    }

    #[test]
    fn what_the_kernel_keeps_and_what_is_lost_wakes_nobody() {
        assert_eq!(waits("b: accept …\na: connect ~> b: SYN\na: send -x b: lost"), [(0, 3)]);
    }

    #[test]
    fn a_wait_ends_when_its_lane_goes_on_by_itself() {
        assert_eq!(waits("a: recv …\nb: think\na: (times out)"), [(0, 2)]);
    }

    #[test]
    fn a_kernel_answers_for_a_program_that_waits() {
        let handshake = "b: accept …\na: connect … ~> b: SYN\nb -> a: SYN, ACK\na -> b: ACK";
        assert_eq!(waits(handshake), [(1, 2), (0, 3)]);
    }

    #[test]
    fn a_picture_is_one_block_of_html_with_a_title_and_a_description() {
        let text = "title: A & B\ndescription: a <calls> b\nwaits: w\nlanes: a, b\na -> b: \"x\"";
        let svg = CallFlow::parse(text).expect("a right description").svg();
        assert!(!svg.trim_end().contains("\n\n"), "an empty line would end the block: {svg}");
        assert!(svg.contains("<title id=\"flow-a-b-title\">A &amp; B</title>"), "{svg}");
        assert!(svg.contains("<desc id=\"flow-a-b-text\">a &lt;calls&gt; b</desc>"), "{svg}");
        assert!(svg.contains(">&quot;x&quot;</text>"), "{svg}");
    }
}
