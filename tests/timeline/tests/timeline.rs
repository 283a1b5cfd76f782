//! The program: what a user types, and what comes of it. Programs that nobody here wrote are recorded.

use assert_cmd::Command;
use timeline::recording::{Recording, Waited};

fn timeline(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_timeline"));
    command.args(args).timeout(harness::DEADLINE);
    command
}

/// Records a command and one against it.
#[track_caller]
fn record(command: &str, with: &str) -> Recording {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("timeline.json").display().to_string();
    timeline(&["--cmd", command, "--with", with, "--out", &out]).assert().success();
    let json = std::fs::read_to_string(&out).expect("the recording is there");
    serde_json::from_str(&json).expect("a recording")
}

/// What was received from another program, as `python3 "hello" 5 of sendto`.
fn received(recording: &Recording) -> Vec<String> {
    let told = |pair: &timeline::recording::Pair| {
        let (sent, received) = (&recording.calls[pair.sent], &recording.calls[pair.received]);
        let bytes = received.bytes.as_ref().map_or("", |bytes| &bytes.shown);
        format!("{} {bytes:?}: {} of {}", received.name, pair.count, sent.name)
    };
    recording.pairs.iter().map(told).collect()
}

const SERVER: &str = "import socket\n\
    l = socket.create_server((\"127.0.0.1\", 0))\n\
    c, _ = l.accept()\n\
    c.sendall(c.recv(3))\n\
    c.sendall(c.recv(3))\n";

const CLIENT: &str = "import socket, sys, time\n\
    s = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n\
    time.sleep(0.2)\n\
    s.sendall(b\"hello\")\n\
    print(s.recv(100, socket.MSG_WAITALL))\n";

harness::test_with! { recording_tools,
    fn a_message_in_two_reads() {
        let server = format!("python3 -c {}", shlex::try_quote(SERVER).expect("no zero byte"));
        let client = format!("python3 -c {} {{host}} {{port}}", shlex::try_quote(CLIENT).expect("no zero byte"));
        let recording = record(&server, &client);
        let expected = [
            r#"recvfrom "hel": 3 of sendto"#,
            r#"recvfrom "lo": 2 of sendto"#,
            r#"recvfrom "hello": 3 of sendto"#,
            r#"recvfrom "hello": 2 of sendto"#,
        ];
        assert_eq!(received(&recording), expected);
        assert_eq!(recording.accepted.len(), 1);
        let waited: Vec<_> = recording.pairs.iter().map(|it| recording.calls[it.received].waited).collect();
        assert_eq!(waited[..2], [Waited::Yes, Waited::No], "hel was waited for, and lo was there");
        assert_eq!(recording.not_understood, [""; 0]);
    }
}

#[test]
fn help_reads_like_documentation() {
    let help = timeline(&["--help"]).assert().success();
    insta::assert_snapshot!("help", String::from_utf8_lossy(&help.get_output().stdout));
}

#[test]
fn a_command_that_is_not_there_is_told() {
    let refused = timeline(&["--cmd", "no-such-program"]).assert().code(1);
    let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    let told = ["nothing was recorded: did the command start?", "strace is not installed"];
    assert!(told.iter().any(|it| said.contains(it)), "{said}");
}

#[test]
fn without_strace_the_package_is_named() {
    let mut command = timeline(&["--cmd", "true"]);
    let refused = command.env("PATH", "/nonexistent").assert().code(1);
    let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert!(said.contains("apt install strace"), "{said}");
}

#[test]
fn wrong_usage_is_told() {
    for (args, why) in [
        (&["--cmd", "a \"b"][..], "a quotation mark is not closed"),
        (&["--cmd", " "], "there is no command in it"),
        (&[], "--cmd <COMMAND>"),
        (&["--cmd", "true", "--attach", "1"], "cannot be used with"),
    ] {
        let refused = timeline(args).assert().code(2);
        let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
        assert!(said.contains(why), "{said}");
    }
}
