//! The harness itself: what a failing test tells, and that nothing is left behind.

#![cfg(unix)] // the programs in here are shell scripts

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use harness::{Program, Scene};

fn shell(scene: &Scene, script: &str) -> Program {
    scene.start("program", "sh", &["-c", script])
}

/// The message of the panic in `test`.
fn failure(test: impl FnOnce()) -> String {
    let message = catch_unwind(AssertUnwindSafe(test)).expect_err("the test fails");
    message.downcast_ref::<String>().expect("panic! with arguments carries a String").clone()
}

#[test]
fn a_failure_tells_all_that_helps_to_find_out_why() {
    let scene = Scene::new();
    let program = shell(&scene, "echo before; echo wrong >&2; exit 3");
    program.exits_with(3);
    let ended_early = failure(|| _ = program.prints("after"));
    insta::assert_snapshot!(ended_early);

    let other_status = failure(|| program.exits_with(0));
    let problem = other_status.lines().next();
    assert_eq!(problem, Some("program: it ended with exit status: 3, not with exit status 0"));
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let missing = failure(|| _ = Scene::new().start("program", "no-such-program", &[]));
    assert!(missing.starts_with("cannot start no-such-program: "), "{missing}");
}

#[test]
fn a_failing_peer_shows_what_it_expected_and_what_came() {
    let scene = Scene::new();
    let listener = scene.listen("server");
    let client = scene.connect("client", listener.address());
    let server = listener.accepts();
    client.sends("hello");
    client.half_closes();
    let shorter = failure(|| server.receives("hello, world"));
    assert!(
        shorter.starts_with(r#"server: expected "hello, world", received "hello""#),
        "{shorter}"
    );
    server.sends("more");
    let more = failure(|| client.receives_end());
    assert!(more.starts_with(r#"client: expected the end, received "m""#), "{more}");
}

#[test]
fn a_transcript_is_the_same_in_every_run() {
    let scene = Scene::new();
    let listener = scene.listen("server");
    let first = scene.connect("first", listener.address());
    let second = scene.connect("second", listener.address());
    let name = |peer: &harness::Peer| peer.stream().local_addr().expect("it has a name");
    scene.record("server", format_args!("{} and {}", name(&second), listener.address()));
    scene.record("server", format_args!("{} and {}", name(&first), name(&second)));
    insta::assert_snapshot!(scene.transcript());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "looks into /proc")]
fn a_program_is_ended_with_its_descendants() {
    let scene = Scene::new();
    let program = shell(&scene, "sleep 600 & echo child $!; wait");
    let child = program.prints("child").replace("child ", "/proc/") + "/stat";
    assert!(fs::exists(&child).expect("/proc can be read"));
    drop(program);
    // Gone, or dead and waiting for whoever inherited it.
    let ended = harness::poll(|| match fs::read_to_string(&child) {
        Ok(stat) => stat.contains(") Z ").then_some(()),
        Err(_) => Some(()),
    });
    assert!(ended.is_some(), "the child of a program that was ended lives on");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "looks into /proc")]
fn a_program_at_rest_is_told_from_one_that_works() {
    let scene = Scene::new();
    let program = shell(&scene, "echo ready; read line; while :; do :; done");
    program.prints("ready");
    let resources = program.comes_to_rest().expect("Linux tells");
    assert_eq!(resources.threads, 1);
    assert!(resources.descriptors >= 3 && resources.resident > 0, "{resources:?}");
    program.sends_line("work");
    // From here on it never sleeps again.
    let working = harness::poll(|| (!program.is_asleep()).then_some(()));
    assert!(working.is_some(), "a busy loop passes for sleep");
    assert!((0..1000).all(|_| !program.is_asleep()), "a busy loop passes for sleep");
}
