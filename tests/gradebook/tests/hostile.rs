//! Programs that break, hang, multiply, stay, fill up or flood: each costs its author points, and
//! nobody else anything.

mod support;

use std::fs;
use std::sync::OnceLock;

use checks::Verdict;
use support::{Class, key, running_with, solution_that};

/// No other process of this machine sleeps for so many seconds.
const DAEMON: &str = "98761001";

/// A class of them, with two honest students, graded all at once.
fn class() -> &'static Class {
    static CLASS: OnceLock<Class> = OnceLock::new();
    CLASS.get_or_init(|| {
        let class = Class::new();
        // They differ, so that the second is no copy of the first.
        class.student("ada", &key().solution);
        class.student("zoe", &format!("{}\n// done", key().solution));
        for (student, program) in PROGRAMS {
            class.student(student, &format!("fn main() {{\n{program}\n}}"));
        }
        class.student("daemon", &solution_that(&DAEMON_MAKER.replace("DAEMON", DAEMON)));
        class.student("disk", &solution_that(DISK));
        class.student("crowd", &solution_that(CROWD));
        class.student("memory-of-nobody", &solution_that(MEMORY_OF_NOBODY));
        let waits = "const IT: &[u8] = include_bytes!(\"/proc/self/fd/2\");\nfn main() { _ = IT }";
        class.student("compiler", waits);
        class.grade(&["--jobs", "6"]);
        class
    })
}

const PROGRAMS: [(&str, &str); 13] = [
    ("panics", "panic!(\"on purpose\")"),
    ("aborts", "std::process::abort()"),
    ("sleeps", "loop { std::thread::sleep(std::time::Duration::from_secs(9)) }"),
    ("spins", "loop {}"),
    ("spins-in-threads", "for _ in 0.. { let _ = std::thread::Builder::new().spawn(|| loop {}); }"),
    (
        "fork-bomb",
        "let me = std::env::args().next().unwrap();
        loop { let _ = std::process::Command::new(&me).args([\"--port\", \"0\"]).spawn(); }",
    ),
    (
        "shell-bomb",
        "let _ = std::process::Command::new(\"bash\").args([\"-c\", \":(){ :|:& };:\"]).status(); loop {}",
    ),
    (
        "floods-stdout",
        "loop { println!(\"server start at : 127.0.0.1:1 {}\", \"x\".repeat(9999)); }",
    ),
    ("floods-stderr", "loop { eprint!(\"{}\", \"x\".repeat(9999)); }"),
    (
        "floods-its-peer",
        "let listener = std::net::TcpListener::bind(\"127.0.0.1:0\").unwrap();
        println!(\"server start at : {}\", listener.local_addr().unwrap());
        loop {
            let (mut client, _) = listener.accept().unwrap();
            while std::io::Write::write_all(&mut client, &[b'x'; 1 << 16]).is_ok() {}
        }",
    ),
    (
        "blames-its-jail",
        "eprintln!(\"bwrap: cannot make a jail: nothing to be done\"); std::process::exit(1)",
    ),
    ("memory", "let mut all = Vec::new(); loop { all.push(vec![1u8; 16 << 20]); }"),
    (
        "memory-of-many",
        "let me = std::env::args().next().unwrap();
        let all = vec![1u8; 100 << 20];
        let _ = std::process::Command::new(me).status();
        drop(all);",
    ),
];

/// A child that leaves the session and the family.
const DAEMON_MAKER: &str = "
    let daemon = std::process::Command::new(\"setsid\").args([\"--fork\", \"sleep\", \"DAEMON\"]).status();
    if !daemon.unwrap().success() { std::process::exit(9) }";

/// Many that do nothing.
const CROWD: &str = "
    for _ in 0..40 { let _ = std::process::Command::new(\"sleep\").arg(\"98761002\").spawn(); }";

/// Goes on as the solution only if it gets no memory that outlives the process which has asked for it.
const MEMORY_OF_NOBODY: &str = "
    unsafe extern \"C\" {
        fn memfd_create(name: *const std::ffi::c_char, flags: u32) -> i32;
        fn shmget(key: i32, size: usize, flags: i32) -> i32;
    }
    const IPC_CREAT: i32 = 0o1000;
    if unsafe { memfd_create(c\"memory\".as_ptr(), 0) } >= 0 { std::process::exit(9) }
    if unsafe { shmget(0, 1 << 20, IPC_CREAT | 0o600) } >= 0 { std::process::exit(8) }";

/// Goes on as the solution only if it cannot write more than it should.
const DISK: &str = "
    for folder in [\"/\", \"/work\", \"/tmp\", \"/dev\", \"/dev/shm\", \"/etc\", \"/program\", \"/usr/bin\", \".\"] {
        let mut written = 0;
        for file in 0..40 {
            let Ok(mut file) = std::fs::File::create(format!(\"{folder}/{file}\")) else { break };
            while let Ok(()) = file.write_all(&[b'x'; 1 << 20]) {
                written += 1;
                if written > 12 { break }
            }
            if written > 16 { std::process::exit(9) }
        }
        if written == 0 && folder == \"/work\" { std::process::exit(8) }
    }
    for file in 0..40 { let _ = std::fs::remove_file(format!(\"/work/{file}\")); }";

harness::test_with! { bubblewrap,
    fn who_hangs_spins_floods_or_fills_the_memory_has_no_points() {
        for (student, _) in PROGRAMS {
            class().has_no_points(student);
        }
    }
}

harness::test_with! { bubblewrap,
    fn who_starts_a_crowd_is_ended_and_told_why() {
        // It is the solution besides, and on a busy machine a check may be over before it is noticed.
        let graded = class().graded("crowd");
        assert!(graded.points() < graded.most(), "{graded:#?}");
        assert!(graded.checks.iter().all(|it| it.verdict != Verdict::GraderError), "{graded:#?}");
        let told = graded.checks.iter().map(|check| &*check.told).collect::<String>();
        assert!(told.contains("ended by force: it used more than 16 processes"), "{told}");
    }
}

harness::test_with! { bubblewrap,
    fn memory_that_no_limit_counts_is_not_to_be_had() {
        class().has_all_points("memory-of-nobody");
    }
}

harness::test_with! { bubblewrap,
    fn a_source_that_makes_the_compiler_wait_does_not_compile() {
        let error = class().build_error("compiler");
        assert!(error.starts_with("error: the compiler waits for something"), "{error}");
    }
}

harness::test_with! { bubblewrap,
    fn nobody_else_has_less_for_it() {
        class().has_all_points("ada");
        class().has_all_points("zoe");
    }
}

harness::test_with! { bubblewrap,
    fn a_daemon_does_not_outlive_its_program() {
        class().has_all_points("daemon");
        assert_eq!(running_with(DAEMON), [""; 0]);
    }
}

harness::test_with! { bubblewrap,
    fn a_disk_that_a_program_can_write_to_is_small() {
        class().has_all_points("disk");
    }
}

harness::test_with! { bubblewrap,
    fn nothing_is_left_running_and_nothing_left_lying_about() {
        let scratch = &class().scratch;
        assert_eq!(running_with(&scratch.display().to_string()), [""; 0]);
        assert_eq!(running_with("/program/"), [""; 0]);
        assert_eq!(fs::read_dir(scratch).expect("a folder").count(), 0);
    }
}
