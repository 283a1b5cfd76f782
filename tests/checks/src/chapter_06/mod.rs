//! The exercises of chapter 06: messages that keep their boundaries.

mod frames;
mod last_words;
mod length_prefix;

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] =
    &[&frames::FRAMES, &length_prefix::LENGTH_PREFIX, &last_words::LAST_WORDS];
