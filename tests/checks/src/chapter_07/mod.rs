//! The exercises of chapter 07: a room.

mod broadcast;
mod slow_reader;

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] = &[&broadcast::BROADCAST, &slow_reader::SLOW_READER];
