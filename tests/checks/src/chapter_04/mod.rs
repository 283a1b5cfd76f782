//! The exercises of chapter 04: a thread for each client.

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] = &[];
