//! The chapters' conversations, which `make timeline-ch04` records, and a test.

#[path = "../../chapters/timelines/mod.rs"]
pub mod timelines;
