//! The exercises of chapter 01: create sockets, wait on them.

mod wait_your_way;
mod which_socket;

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] =
    &[&which_socket::WHICH_SOCKET, &wait_your_way::WAIT_YOUR_WAY];
