//! The scenes, one module for each tool.

mod calls;
mod netcat;
mod segments;
mod states;
mod threads;

/// Plays a scene, and returns its recordings.
type Play = fn() -> String;

/// Every scene, with its name.
pub const ALL: [(&str, Play); 22] = [
    ("states_of_waiting", states::of_waiting),
    ("states_of_closing", states::of_closing),
    ("segments_of_a_conversation", segments::of_a_conversation),
    ("segments_of_a_refusal", segments::of_a_refusal),
    ("segments_of_a_reset", segments::of_a_reset),
    ("segments_of_datagrams", segments::of_datagrams),
    ("calls_of_create_socket", calls::of_create_socket),
    ("calls_of_server_and_client", calls::of_server_and_client),
    ("calls_of_a_waiting_server", calls::of_a_waiting_server),
    ("calls_of_threads", calls::of_threads),
    ("calls_of_datagrams", calls::of_datagrams),
    ("calls_of_python", calls::of_python),
    ("calls_of_frames", calls::of_frames),
    ("threads_that_wait", threads::that_wait),
    ("threads_of_a_room", threads::of_a_room),
    ("netcat_as_a_client", netcat::as_a_client),
    ("netcat_with_unusual_bytes", netcat::with_unusual_bytes),
    ("netcat_as_a_server", netcat::as_a_server),
    ("netcat_as_a_datagram_server", netcat::as_a_datagram_server),
    ("netcat_in_a_room", netcat::in_a_room),
    ("few_descriptors", netcat::few_descriptors),
    ("lines_from_a_pipe", netcat::lines_from_a_pipe),
];
