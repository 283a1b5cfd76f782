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

harness::test_with! { recording_tools,
    fn netcat_with_netcat() {
        let recording = record("nc -l 127.0.0.1 0", "sh -c 'echo hello | nc -N {host} {port}'");
        let expected = [r#"read "hello\\n": 6 of write"#];
        assert_eq!(received(&recording), expected);
        let called: Vec<_> = recording.processes.iter().map(|it| it.called()).collect();
        assert_eq!(called[0], "nc");
        let accepted = &recording.accepted[..];
        assert_eq!(accepted.len(), 1);
        assert_eq!(recording.calls[accepted[0].accept].waited, Waited::Yes);
        assert_eq!(recording.not_understood, [""; 0]);
    }
}

harness::test_with! { recording_tools,
    fn a_web_server_with_a_browser_of_a_kind() {
        let get = "import sys, urllib.request as u; print(len(u.urlopen(sys.argv[1]).read()))";
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.txt"), "what is in it").expect("a file");
        let folder = folder.path().display();
        let server = format!("python3 -m http.server 0 --bind 127.0.0.1 --directory {folder}");
        let client = format!("python3 -c '{get}' http://{{host}}:{{port}}/a.txt");
        let recording = record(&server, &client);
        let told = received(&recording);
        assert!(told[0].starts_with("recvfrom \"GET /a.txt HTTP/1.1"), "{told:?}");
        assert!(told.iter().any(|it| it.ends_with("what is in it\": 13 of sendto")), "{told:?}");
        // The server reads in a thread of its own.
        let reader = recording.calls[recording.pairs[0].received].thread;
        assert_ne!(recording.threads[reader].name, "main");
        assert_eq!(recording.not_understood, [""; 0]);
    }
}

harness::test_with! { recording_tools,
    fn a_program_that_runs_is_looked_on_at_and_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("timeline.json").display().to_string();
        let scene = harness::Scene::new();
        let server = "import socket\n\
            l = socket.create_server((\"127.0.0.1\", 0))\n\
            print(\"at 127.0.0.1:%d\" % l.getsockname()[1], flush=True)\n\
            while True:\n    c, _ = l.accept(); c.sendall(b\"hi\"); c.close()\n";
        let server = scene.start("server", "python3", &["-c", server]);
        let port = server.address().port().to_string();
        let with = format!("nc -d 127.0.0.1 {port}");
        let id = server.id().to_string();
        timeline(&["--attach", &id, "--with", &with, "--out", &out]).assert().success();
        let recording: Recording =
            serde_json::from_str(&std::fs::read_to_string(&out).expect("it is there")).expect("JSON");
        assert_eq!(received(&recording), [r#"read "hi": 2 of sendto"#]);
        scene.connect("another", std::net::SocketAddr::from(([127, 0, 0, 1], port.parse().expect("a port")))).receives("hi");
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
