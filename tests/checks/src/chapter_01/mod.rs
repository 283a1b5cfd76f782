//! The exercises of chapter 01: create sockets, wait on them.

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] = &[];
