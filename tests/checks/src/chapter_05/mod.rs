//! The exercises of chapter 05: datagrams.

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] = &[];
