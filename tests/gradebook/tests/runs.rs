//! One run after another: what is known is kept, what was stopped goes on, what was shared is put
//! together.

mod support;

use std::fs;
use std::process::{Child, Stdio};
use std::time::SystemTime;

use checks::Verdict;
use gradebook::cache::Cache;
use gradebook::result::{Checked, Graded};
use gradebook::sandbox::Sandbox;
use rustix::process::{Pid, Signal, kill_process};
use support::{Class, EXERCISE, key, read, running_with, said};

harness::test_with! { bubblewrap,
    fn what_has_been_graded_is_not_graded_again() {
        let class = Class::new();
        class.student("ada", &key().solution).student("bob", &key().starter);
        assert!(class.grade(&[]).contains("graded 2 submissions in "));
        let before = (class.result("ada"), written(&class, "ada"));
        let again = class.grade(&[]);
        assert!(again.contains("(0 programs now, 2 known from before)"), "{again}");
        assert_eq!((class.result("ada"), written(&class, "ada")), before);

        // Bob works on; Ada's result stays as it was.
        class.student("bob", &key().solution.replace("//!", "//! Mine."));
        let again = class.grade(&[]);
        assert!(again.contains("(1 program now, 1 known from before)"), "{again}");
        class.has_all_points("bob");
        assert_eq!((class.result("ada"), written(&class, "ada")), before);
    }
}

harness::test_with! { bubblewrap,
    fn the_same_content_is_graded_once() {
        let class = Class::new();
        for student in ["ada", "bob", "eve"] {
            class.student(student, &key().starter);
        }
        let said = class.grade(&[]);
        assert!(said.contains("graded 3 submissions"), "{said}");
        assert!(said.contains("(1 program now, 0 known from before)"), "{said}");
        assert_eq!(class.graded("ada"), class.graded("eve"));
    }
}

harness::test_with! { bubblewrap,
    fn a_result_that_was_cut_off_or_changed_is_found_anew() {
        let class = Class::new();
        class.student("ada", &key().solution);
        class.grade(&[]);
        let result = class.out().join("results/ada.json");
        fs::write(&result, "{").expect("a file");
        for entry in fs::read_dir(class.out().join("cache")).expect("a cache") {
            fs::write(entry.expect("an entry").path(), "{").expect("a file");
        }
        assert!(class.grade(&[]).contains("(1 program now,"));
        class.has_all_points("ada");
    }
}

#[test]
fn an_error_of_the_grader_is_not_kept() {
    let out = tempfile::tempdir().expect("a folder");
    let cache = Cache::open(out.path(), 1, &Sandbox::None).expect("a cache");
    let of = |verdict: Verdict| Graded {
        exercise: EXERCISE.to_owned(),
        content: verdict.to_string().replace(' ', "-"),
        attempted: true,
        build_error: None,
        checks: vec![Checked {
            name: "a check".to_owned(),
            verdict,
            points: 0,
            most: 1,
            told: String::new(),
            hint: String::new(),
            page: String::new(),
        }],
    };
    cache.keep(&of(Verdict::GraderError)).expect("it is passed over");
    cache.keep(&of(Verdict::Fail)).expect("it is written");
    assert_eq!(cache.get("grader-error"), None);
    assert_eq!(cache.get("fail"), Some(of(Verdict::Fail)));
}

harness::test_with! { bubblewrap,
    fn a_run_that_is_stopped_leaves_nothing_running_and_keeps_what_is_done() {
        let class = slow_class();
        let mut run = started(&class);
        kill_process(Pid::from_child(&run), Signal::INT).expect("it runs");
        let status = run.wait().expect("it ends");
        assert_eq!(status.code(), Some(130));
        assert_eq!(class.running(), [""; 0]);
        assert_eq!(fs::read_dir(&class.scratch).expect("a folder").count(), 0);

        fs::remove_dir_all(class.submissions()).expect("a folder");
        class.student("ada", &key().solution);
        let again = class.grade(&[]);
        assert!(again.contains("(0 programs now, 1 known from before)"), "{again}");
    }
}

harness::test_with! { bubblewrap,
    fn a_run_that_is_killed_leaves_nothing_running() {
        let class = slow_class();
        let mut run = started(&class);
        run.kill().expect("it runs");
        run.wait().expect("it ends");
        let nothing = || class.running().is_empty().then_some(());
        harness::poll(nothing).unwrap_or_else(|| panic!("{:#?}", class.running()));
        class.has_all_points("ada");
    }
}

/// Ada, and others whose programs keep the checks waiting until their deadlines.
fn slow_class() -> Class {
    let class = Class::new();
    class.student("ada", &key().solution);
    for number in 0..8 {
        let wakes = "std::thread::sleep(std::time::Duration::from_millis(10))";
        let program = format!("fn main() {{ loop {{ {wakes} }} }} // {number}");
        class.student(&format!("slow-{number}"), &program);
    }
    class
}

/// A run that has graded Ada.
fn started(class: &Class) -> Child {
    let mut command = class.command(&["--jobs", "3"]);
    let run = command.stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("it starts");
    let done = || class.out().join("results/ada.json").exists().then_some(());
    harness::poll(done).expect("Ada is graded");
    assert!(!running_with("ex02-notice-eof").is_empty(), "programs run");
    run
}

harness::test_with! { bubblewrap,
    fn a_class_is_shared_among_machines_and_put_together() {
        let class = Class::new();
        for student in ["ada", "bob", "eve", "zoe"] {
            class.student(student, &key().starter);
        }
        let folder = class.folder.path();
        let out = |name: &str| folder.join(name).display().to_string();
        for (part, name) in [("1/2", "one"), ("2/2", "two")] {
            let mut command = class.command_to(&folder.join(name), &["--shard", part]);
            said(command.output().expect("it starts"), 0);
        }
        let students = |name: &str| {
            let entries = fs::read_dir(folder.join(name).join("results")).expect("results");
            let mut names: Vec<_> = entries.map(|it| read(&it.expect("a file").path()).student).collect();
            names.sort();
            names
        };
        assert_eq!(students("one"), ["ada", "eve"]);
        assert_eq!(students("two"), ["bob", "zoe"]);

        let merge = |from: &[&str], status| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_gradebook"));
            command.arg("merge").args(from.iter().map(|name| out(name))).args(["--out", &out("all")]);
            said(command.output().expect("it starts"), status)
        };
        let twice = merge(&["one", "two", "one"], 1);
        assert!(twice.starts_with("error: the student ada is in "), "{twice}");
        assert!(!folder.join("all").exists());
        assert!(merge(&["one", "nowhere"], 1).starts_with("error: there are no results in "));
        assert!(merge(&["one", "two"], 0).starts_with("4 results are in "));
        assert_eq!(students("all"), ["ada", "bob", "eve", "zoe"]);
        assert_eq!(read(&folder.join("all/results/eve.json")), read(&folder.join("one/results/eve.json")));
    }
}

/// When a student's result was written.
fn written(class: &Class, student: &str) -> SystemTime {
    let file = class.out().join(format!("results/{student}.json"));
    fs::metadata(file).and_then(|it| it.modified()).expect("there is a result")
}
