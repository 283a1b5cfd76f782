//! The exercises of chapter 03: a client.

mod no_answer;
mod send_it_all;

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] = &[&send_it_all::SEND_IT_ALL, &no_answer::NO_ANSWER];
