//! `nc` as a client of chapter 02.

use crate::recorder::Recorder;

/// q without a newline, and with one.
pub fn as_a_client() -> String {
    const WITH: &str = "echo q | nc 127.0.0.1 6666";
    let mut recorder = Recorder::new(&["ch02-single-server"]);
    let server = recorder.start("server", "ch02-single-server", &[]);
    server.address();
    recorder.look("printf", "printf q | nc 127.0.0.1 6666", "");
    server.prints("quit!");
    let hanging = recorder.start_command("nc", &format!("sh -c '{WITH}'"));
    recorder.screen("echo", WITH, &hanging, "received your messages");
    hanging.stop();
    server.prints("closed");
    recorder.look("hello", "printf hello | nc -N 127.0.0.1 6666", "received");
    server.prints("closed");
    recorder.record("netcat_server", "make run-ch02", &recorder.scene.terminal("server"));
    recorder.finish()
}
