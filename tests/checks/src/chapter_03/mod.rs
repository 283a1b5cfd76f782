//! The exercises of chapter 03: a client.

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] = &[];
