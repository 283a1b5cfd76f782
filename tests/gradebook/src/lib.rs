//! Grades a class: each submission is compiled and played in a jail, one result is written for it,
//! and every score format is made of that.
//!
//! | step | module |
//! |---|---|
//! | what students have handed in is read | [`submissions`], [`hand_in`] |
//! | the same content is graded once, and never again | [`cache`] |
//! | a program is compiled in a jail | [`build`], [`sandbox`], [`jail`], [`bounds`], [`syscalls`] |
//! | its checks are played in jails | [`play`] outside, [`grader`] inside |
//! | results are written as they become complete | [`board`], [`mod@write`] |
//! | scores are written in every format | [`formats`] |

pub mod board;
pub mod bounded;
pub mod bounds;
pub mod build;
pub mod cache;
pub mod class_copy;
pub mod cli;
pub mod formats;
pub mod grade;
pub mod grader;
pub mod hand_in;
pub mod jail;
pub mod merge;
pub mod permits;
pub mod play;
pub mod processes;
pub mod progress;
pub mod result;
pub mod sandbox;
pub mod shard;
pub mod stop;
pub mod submissions;
pub mod summary;
pub mod syscalls;
pub mod watchman;
pub mod workshop;
pub mod write;
