//! How much room everything takes.

use super::layout::Shown;
use crate::label::Label;
use crate::recording::Recording;
use crate::words::lane_names;

/// Room above the first row, for the names of the lanes.
pub(super) const TOP: usize = 56;
/// Room for the lengths of what is folded, at the left.
pub(super) const LEFT: usize = 50;
/// Half of a bar's width.
pub(super) const HALF: usize = 5;
/// From the middle of a bar to what stands beside it.
pub(super) const BESIDE: usize = 10;
/// Where nothing happens for longer, in nanoseconds, time is folded, and it is said for how long.
pub(super) const LONG: u64 = 100_000_000;

/// The width of a letter: of a call, of what stands below it, of a lane's name, and of what it is.
const LETTERS: [usize; 4] = [8, 7, 8, 6];
const NARROWEST: usize = 60;
/// The height of a row: in which nothing begins, in which a call does, and one with something below.
const HEIGHTS: [usize; 3] = [20, 22, 34];
/// What a fold adds to the row above it.
const FOLD: usize = 24;

/// Where each lane and each row is, in the units of the picture.
pub(super) struct Measures {
    /// The middle of each lane, and the right edge.
    pub(super) lanes: Vec<usize>,
    /// The middle of each row, and the lower edge.
    pub(super) rows: Vec<usize>,
}

impl Measures {
    pub(super) fn of(
        recording: &Recording,
        lanes: &[usize],
        calls: &[Shown],
        rows: &[u64],
    ) -> Self {
        let mut widths: Vec<usize> = lanes.iter().map(|lane| names(recording, *lane)).collect();
        let mut heights = vec![HEIGHTS[0]; rows.len()];
        for shown in calls {
            let Label { name, detail } =
                Label::of(&recording.calls[shown.call], shown.end.is_some());
            let below = detail.as_deref().map_or(0, |detail| LETTERS[1] * letters(detail));
            let width = BESIDE + below.max(LETTERS[0] * letters(&name));
            widths[shown.lane] = widths[shown.lane].max(width);
            let height = HEIGHTS[if detail.is_some() { 2 } else { 1 }];
            heights[shown.begin] = heights[shown.begin].max(height);
        }
        for (row, times) in rows.windows(2).enumerate() {
            if times[1] - times[0] >= LONG {
                heights[row] += FOLD;
            }
        }
        Self { lanes: edges(LEFT + HALF, &widths, 2 * HALF), rows: edges(TOP, &heights, 0) }
    }
}

fn names(recording: &Recording, thread: usize) -> usize {
    let [name, below] = lane_names(recording, thread);
    NARROWEST.max(LETTERS[2] * letters(&name)).max(LETTERS[3] * letters(&below))
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

/// Where each begins, one behind the other with a gap in between, and where the last one ends.
fn edges(first: usize, sizes: &[usize], gap: usize) -> Vec<usize> {
    let mut edge = first;
    let ends = sizes.iter().map(|size| {
        edge += size + gap;
        edge
    });
    std::iter::once(first).chain(ends).collect()
}
