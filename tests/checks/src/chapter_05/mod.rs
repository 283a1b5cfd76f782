//! The exercises of chapter 05: datagrams.

mod datagram_edges;

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] = &[&datagram_edges::DATAGRAM_EDGES];
