//! Grades a class: each submission is compiled and played in a jail, one result is written for it,
//! and every score format is made of that.

pub mod class_copy;
pub mod result;
