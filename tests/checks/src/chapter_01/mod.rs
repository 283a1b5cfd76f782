//! The exercises of chapter 01: create sockets, wait on them.

mod which_socket;

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] = &[&which_socket::WHICH_SOCKET];
