//! Grades a class: each submission is compiled and played in a jail, one result is written for it,
//! and every score format is made of that.

pub mod formats;
pub mod result;
