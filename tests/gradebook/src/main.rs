//! Grades a class.
fn main() {}
