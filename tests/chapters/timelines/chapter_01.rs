//! Chapter 01: three ways to wait for what does not come.

use crate::timelines::stage::Stage;

/// One program waits for ever, until it is ended; meanwhile another one waits for a while, and then not at
/// all.
pub fn three_ways_to_wait(stage: &Stage) {
    let patient = stage.start("for ever", "ch01-create-socket", &["--type", "dgram", "--block"]);
    patient.prints("waits for ever");
    stage.all_wait();
    let other = stage.start("for a while", "ch01-create-socket", &["--type", "dgram"]);
    other.exits_with(0);
    stage.ends(&patient);
}
