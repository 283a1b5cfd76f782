//! The exercises of chapter 05: datagrams.

mod datagram_edges;
mod lost_and_found;

use crate::Exercise;

pub(crate) static EXERCISES: &[&Exercise] =
    &[&datagram_edges::DATAGRAM_EDGES, &lost_and_found::LOST_AND_FOUND];
