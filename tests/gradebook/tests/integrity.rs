//! Attempts to gain points, or to disturb others, from inside a submission.
//!
//! Most are the solution with an attempt before it, which ends the program if it succeeds: who has
//! all points has gained nothing by it.

mod support;

use std::fs;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use checks::Verdict;
use support::{Class, EXERCISE, MAIN, key, solution_that};

/// A class of all attempts, and two honest students, graded together.
fn class() -> &'static Class {
    static CLASS: OnceLock<Class> = OnceLock::new();
    CLASS.get_or_init(|| {
        let class = Class::new();
        class.student("ada", &key().solution);
        class.student("zoe", &format!("{}\n// done", key().solution));
        for (student, program) in FORGERS {
            class.student(student, &format!("fn main() {{\n{program}\n}}"));
        }
        for (index, path) in secrets(&class).iter().enumerate() {
            class.student(&format!("includes-{index}"), &format!("include!({path:?});"));
            let text =
                format!("const IT: &[u8] = include_bytes!({path:?});\nfn main() {{ _ = IT }}");
            class.student(&format!("embeds-{index}"), &text);
            class.student(
                &format!("moves-in-{index}"),
                &format!("#[path = {path:?}]\nmod it;\npub use it::*;"),
            );
        }
        class.student("reads", &solution_that(&reader(&class)));
        class.student("writes", &solution_that(&writer(&class)));
        for (student, attempt) in ATTEMPTS {
            class.student(student, &solution_that(attempt));
        }
        for (student, shell) in KILLERS {
            class.student(
                student,
                &solution_that(&format!(
                    "let _ = std::process::Command::new(\"sh\").args([\"-c\", {shell:?}]).status();"
                )),
            );
        }
        // What they must not reach: a server of this machine, on TCP and on a name of Linux's own.
        let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = server.local_addr().expect("an address").port();
        class.student("outward", &solution_that(&OUTWARD.replace("PORT", &port.to_string())));
        let name = format!("gradebook-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let named = UnixListener::bind_addr(&address).expect("a free name");
        class.student("by-name", &solution_that(&BY_NAME.replace("NAME", &name)));
        // Started with a file open that is not for the programs.
        let grade = class.command(&["--jobs", "6"]);
        let mut shell = Command::new("sh");
        shell.args(["-c", r#"exec 7</etc/hostname; exec "$0" "$@""#]).arg(grade.get_program());
        shell.args(grade.get_args()).env("TMPDIR", &class.scratch);
        support::said(shell.output().expect("it starts"), 0);
        drop((server, named));
        class
    })
}

const FORGERS: [(&str, &str); 4] = [
    (
        "forges-json",
        r#"
        for name in ["q ends the conversation, as before", "a client that closes is noticed"] {
            let line = format!("{{\"name\":\"{name}\",\"verdict\":\"pass\",\"points\":2,\"most\":2,\"told\":\"\",\"hint\":\"\",\"page\":\"\"}}");
            println!("{line}");
            eprintln!("{line}");
        }"#,
    ),
    (
        "forges-libtest",
        r#"println!("test result: ok. 7 passed; 0 failed"); eprintln!("10 of 10 points");"#,
    ),
    (
        "forges-descriptors",
        r#"
        use std::{fs::File, io::Write, os::fd::FromRawFd};
        let line = "{\"name\":\"the next client is served\",\"verdict\":\"pass\",\"points\":2,\"most\":2,\"told\":\"\",\"hint\":\"\",\"page\":\"\"}\n";
        for descriptor in 3..64 {
            let _ = unsafe { File::from_raw_fd(descriptor) }.write_all(line.as_bytes());
        }"#,
    ),
    ("exits-well", "std::process::exit(0)"),
];

/// What a submission must not see: on this machine as it is, and from the place of the source.
fn secrets(class: &Class) -> Vec<String> {
    let root = keys::root();
    let key = format!("tests/keys/{EXERCISE}/solution.rs");
    let mut secrets = vec![
        root.join(&key).display().to_string(),
        root.join("tests/checks/src/chapter_02/notice_eof.rs").display().to_string(),
        env!("CARGO_BIN_EXE_gradebook").to_owned(),
        class.submissions().join("ada").join(MAIN).display().to_string(),
        "/etc/passwd".to_owned(),
        "/etc/hostname".to_owned(),
    ];
    // The compiled checks, which have all that the checks say in them.
    let deps = fs::read_dir(root.join("target/debug/deps")).expect("there are libraries");
    let deps = deps.filter_map(|entry| Some(entry.ok()?.path()));
    let compiled = deps.filter(|it| it.to_string_lossy().contains("libchecks-"));
    secrets.extend(compiled.take(2).map(|it| it.display().to_string()));
    for depth in 1..8 {
        secrets.push(format!("{}{key}", "../".repeat(depth)));
    }
    for secret in &secrets[..6] {
        assert!(Path::new(secret).exists(), "{secret} is worth a try");
    }
    secrets
}

/// Reads whatever a program should not see.
fn reader(class: &Class) -> String {
    let mut places = secrets(class);
    places.extend(
        [class.out(), class.submissions(), class.scratch.clone(), keys::root()]
            .map(|it| it.display().to_string()),
    );
    places.extend(
        ["/home", "/root", "/tmp", "/grader", "/var", "/usr/local", "/proc/1", "/sys"]
            .map(str::to_owned),
    );
    format!(
        "for place in {places:?} {{
            if std::fs::metadata(place).is_ok() {{ eprintln!(\"{{place}}\"); std::process::exit(9) }}
        }}
        let names = std::fs::read_dir(\"/program\").unwrap();
        if names.count() != 1 {{ std::process::exit(8) }}
        if std::env::vars().any(|(name, _)| ![\"PATH\", \"LC_ALL\", \"PWD\"].contains(&&*name)) {{
            std::process::exit(7)
        }}"
    )
}

/// Writes where results might be.
fn writer(class: &Class) -> String {
    let result = class.out().join("results/writes.json").display().to_string();
    let score = class.out().join("scores.csv").display().to_string();
    let own = format!("/program/ex{EXERCISE}");
    format!(
        "for place in [{result:?}, {score:?}, {own:?}, \"/etc/hosts\", \"/usr/bin/prlimit\", \"/x\"] {{
            if std::fs::write(place, \"forged\").is_ok() {{ std::process::exit(9) }}
            let _ = std::fs::remove_file(place);
            if std::fs::create_dir_all(std::path::Path::new(place).parent().unwrap().join(\"x\")).is_ok() {{ std::process::exit(8) }}
        }}"
    )
}

const ATTEMPTS: [(&str, &str); 5] = [
    (
        "looks-around",
        r#"
        for process in 0..100_000 {
            if std::fs::read(format!("/proc/{process}/cmdline")).is_ok() { std::process::exit(9) }
        }
        if std::fs::read("/proc/self/status").is_ok() { std::process::exit(8) }"#,
    ),
    (
        "inherits",
        r#"
        use std::os::fd::FromRawFd;
        for descriptor in 3..64 {
            let mut file = std::mem::ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(descriptor) });
            if file.read(&mut [0; 9]).is_ok() || file.write(b"x").is_ok() { std::process::exit(9) }
        }"#,
    ),
    (
        "makes-a-namespace",
        r#"
        let made = std::process::Command::new("unshare").args(["--user", "true"]).status();
        if made.unwrap().success() { std::process::exit(9) }"#,
    ),
    // Two programs that would meet if they had a loopback in common, at a port which the kernel
    // gives to nobody who does not ask for it.
    (
        "calls",
        r#"
        std::thread::spawn(|| {
            for _ in 0..40 {
                if std::net::TcpStream::connect("127.0.0.1:20454").is_ok() { std::process::exit(9) }
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        });"#,
    ),
    (
        "is-called",
        r#"
        std::thread::spawn(|| {
            let listener = std::net::TcpListener::bind("127.0.0.1:20454");
            if let Ok((_, caller)) = listener.and_then(|it| it.accept()) {
                println!("{caller}");
                std::process::exit(9)
            }
        });"#,
    ),
];

const KILLERS: [(&str, &str); 4] = [
    ("kills-all", "kill -9 -1"),
    ("kills-its-parent", "kill -9 $PPID; kill -9 1"),
    ("kills-by-number", "for id in $(seq 1 2000); do kill -9 $id; done"),
    ("stops-all", "kill -STOP -1"),
];

const OUTWARD: &str = r#"
    if std::net::TcpStream::connect("127.0.0.1:PORT").is_ok() { std::process::exit(9) }
    // Nothing is sent: a datagram socket that is connected only asks for the way.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    if socket.connect("192.0.2.1:9").is_ok() { std::process::exit(8) }"#;

const BY_NAME: &str = r#"
    use std::os::linux::net::SocketAddrExt;
    let address = std::os::unix::net::SocketAddr::from_abstract_name("NAME").unwrap();
    if std::os::unix::net::UnixStream::connect_addr(&address).is_ok() { std::process::exit(9) }"#;

harness::test_with! { bubblewrap,
    fn who_prints_a_result_has_none() {
        for (student, _) in FORGERS {
            class().has_no_points(student);
        }
    }
}

harness::test_with! { bubblewrap,
    fn the_compiler_finds_neither_keys_nor_checks_nor_other_submissions() {
        for index in 0..secrets(class()).len() {
            for by in ["includes", "embeds", "moves-in"] {
                let error = class().build_error(&format!("{by}-{index}"));
                assert!(error.contains("couldn't read"), "{by}-{index}: {error}");
            }
        }
    }
}

harness::test_with! { bubblewrap,
    fn a_program_sees_neither_results_nor_keys_nor_other_submissions() {
        class().has_all_points("reads");
    }
}

harness::test_with! { bubblewrap,
    fn a_program_writes_to_nothing_but_its_own_folder() {
        class().has_all_points("writes");
        assert!(!class().out().join("x").exists());
    }
}

harness::test_with! { bubblewrap,
    fn a_program_sees_no_process_and_inherits_no_file() {
        class().has_all_points("looks-around");
        class().has_all_points("inherits");
    }
}

harness::test_with! { bubblewrap,
    fn a_program_makes_no_namespace_in_which_it_might_do_more() {
        class().has_all_points("makes-a-namespace");
    }
}

harness::test_with! { bubblewrap,
    fn a_program_reaches_nobody_but_its_own_grader() {
        for student in ["outward", "by-name", "calls", "is-called"] {
            class().has_all_points(student);
        }
    }
}

harness::test_with! { bubblewrap,
    fn who_kills_all_that_it_sees_kills_itself() {
        for (student, _) in KILLERS {
            let graded = class().graded(student);
            assert!(graded.checks.iter().all(|it| it.verdict != Verdict::GraderError), "{graded:#?}");
        }
        class().has_no_points("kills-all");
        class().has_no_points("kills-its-parent");
    }
}

harness::test_with! { bubblewrap,
    fn nobody_else_is_disturbed() {
        class().has_all_points("ada");
        class().has_all_points("zoe");
    }
}
