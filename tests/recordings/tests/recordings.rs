//! Plays each scene in a network of its own, and compares what it records with the snapshots that
//! the book shows. `make record` renews them.

use std::process::Command;
use std::sync::LazyLock;

use insta::assert_snapshot;

/// The programs that the scenes start. They are built here, because a scene has no network from
/// which cargo could load what they are made of.
static PROGRAMS: LazyLock<()> = LazyLock::new(|| {
    for package in [
        "ch01-create-socket",
        "ch02-single-server",
        "ch03-client",
        "ch04-threaded-server",
        "ch05-udp",
        "ch06-framing",
        "ch07-chat-room",
    ] {
        harness::build(package);
    }
});

/// Plays a scene, and compares each of its recordings with the snapshot of the same name.
fn play(scene: &str) {
    LazyLock::force(&PROGRAMS);
    let mut command = Command::new("unshare");
    if !is_root() {
        // Not as root of the namespace: tcpdump would then try to become another user.
        command.args(["--map-current-user", "--keep-caps"]);
    }
    // A new namespace's loopback is down.
    let script = "ip link set lo up && exec \"$0\" \"$1\"";
    let program = env!("CARGO_BIN_EXE_recordings");
    let played = command.args(["--net", "sh", "-c", script, program, scene]).output();
    let played = played.expect("unshare is installed");
    let (stdout, stderr) =
        (String::from_utf8_lossy(&played.stdout), String::from_utf8_lossy(&played.stderr));
    assert!(played.status.success(), "{scene}: {}\n{stdout}\n{stderr}", played.status);
    let recordings = stdout.strip_prefix("== ").expect("a scene records something");
    for recording in recordings.split("\n== ") {
        let (name, text) = recording.split_once('\n').expect("a name, then the recording");
        assert_snapshot!(name, text);
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id is installed");
    id.stdout.starts_with(b"0\n")
}

macro_rules! recordings {
    ($($scene:ident)*) => {
        /// The scenes that are played below.
        const PLAYED: &[&str] = &[$(stringify!($scene)),*];

        $(
        harness::test_with! { recording_tools,
            fn $scene() {
                play(stringify!($scene));
            }
        }
        )*
    };
}

#[test]
fn every_scene_is_played() {
    let listed = Command::new(env!("CARGO_BIN_EXE_recordings")).output().expect("it starts");
    let listed = String::from_utf8_lossy(&listed.stderr).into_owned();
    assert_eq!(listed.lines().skip(1).map(str::trim).collect::<Vec<_>>(), PLAYED, "{listed}");
}

recordings! {
    states_of_waiting
    states_of_closing
    segments_of_a_conversation
    segments_of_a_refusal
    segments_of_a_reset
    segments_of_datagrams
    calls_of_create_socket
    calls_of_server_and_client
    calls_of_a_waiting_server
    calls_of_threads
    calls_of_datagrams
    calls_of_python
    calls_of_frames
    threads_that_wait
    threads_of_a_room
    netcat_as_a_client
    netcat_with_unusual_bytes
    netcat_as_a_server
    netcat_as_a_datagram_server
    netcat_in_a_room
    few_descriptors
    lines_from_a_pipe
}
