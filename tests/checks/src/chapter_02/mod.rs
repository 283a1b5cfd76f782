//! The exercises of chapter 02: a server for one client at a time.

mod notice_eof;
mod restart;
mod split_character;

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] =
    &[&notice_eof::NOTICE_EOF, &split_character::SPLIT_CHARACTER, &restart::RESTART];

/// What the server of this chapter answers to every message.
const REPLY: &str = "[INFO] server has received your messages";
