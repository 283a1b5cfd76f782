//! What a teacher is told who has given a flag or a folder that will not do, or lacks bubblewrap.

mod support;

use std::process::Command;

use checks::Verdict;
use checks::compile::Compiler;
use gradebook::grader::Said;
use gradebook::result::Checked;
use support::{Class, EXERCISE, key, said, solution_that};

fn gradebook(args: &[&str], status: i32) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradebook"));
    said(command.args(args).output().expect("it starts"), status)
}

#[test]
fn help_reads_like_documentation() {
    insta::assert_snapshot!(gradebook(&["--help"], 0));
}

#[test]
fn help_merge() {
    insta::assert_snapshot!(gradebook(&["merge", "--help"], 0));
}

#[test]
fn wrong_usage_is_named() {
    for (args, why) in [
        (&[][..], "--submissions <DIR>"),
        (&["--submissions", "x"], "--out <DIR>"),
        (&["--submissions", "x", "--out", "y", "--exercise", "02-none"], "invalid value '02-none'"),
        (&["--submissions", "x", "--out", "y", "--jobs", "0"], "0 is not in 1..=256"),
        (&["--submissions", "x", "--out", "y", "--shard", "3/2"], "with K from 1 to N"),
        (&["--submissions", "x", "--out", "y", "--shard", "0/2"], "with K from 1 to N"),
        (&["--submissions", "x", "--out", "y", "--shard", "1"], "as in 1/3"),
        (&["merge"], "--out <DIR>"),
    ] {
        let said = gradebook(args, 2);
        assert!(said.contains(why), "{args:?}: {said}");
    }
}

#[test]
fn a_folder_without_submissions_is_named() {
    let class = Class::new();
    let said = class.refused(&[]);
    assert!(said.starts_with("error: there is no submission in "), "{said}");
    std::fs::remove_dir(class.submissions()).expect("a folder");
    let said = class.refused(&[]);
    assert!(said.starts_with("error: cannot read the submissions in "), "{said}");
    assert!(said.trim_end().ends_with("No such file or directory (os error 2)"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn two_submissions_of_one_student_are_refused() {
    let class = Class::new();
    class.student("ada", "").zip("ada.zip", &[]).student("bob", "");
    let said = class.refused(&[]);
    assert!(said.starts_with("error: two submissions of the same student: "), "{said}");
    assert!(said.contains("/ada and ") && said.contains("/ada.zip;"), "{said}");
    assert!(!class.out().exists(), "nothing is graded");
}

#[test]
fn results_do_not_go_among_the_submissions() {
    let class = Class::new();
    class.student("ada", "");
    let out = class.submissions().join("some/results");
    let said = said(class.command_to(&out, &[]).output().expect("it starts"), 1);
    assert!(said.contains("is among the submissions; choose another --out"), "{said}");
    assert!(!class.submissions().join("some").exists());
}

#[test]
fn without_bubblewrap_it_names_the_package() {
    let class = Class::new();
    class.student("ada", "");
    let mut command = class.command(&[]);
    let said = said(command.env("PATH", "/nowhere").output().expect("it starts"), 1);
    assert!(said.starts_with("error: bubblewrap is not installed"), "{said}");
    assert!(said.contains("install the package bubblewrap, or see --no-sandbox"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// These would be harmless in a jail. So they also show that the attempts of `integrity.rs`
/// succeed where nothing stops them.
#[test]
fn without_a_sandbox_it_says_loudly_what_that_means() {
    let class = Class::new();
    class.student("ada", &key().solution);
    let sees = class.submissions().join("ada").display().to_string();
    let sees = format!("if std::fs::metadata({sees:?}).is_ok() {{ std::process::exit(9) }}");
    class.student("sees", &solution_that(&sees));
    let looks = "if std::fs::read(\"/proc/1/stat\").is_ok() { std::process::exit(9) }";
    class.student("looks", &solution_that(looks));
    let stays = "let _ = std::process::Command::new(\"setsid\").args([\"--fork\", \"sleep\", \"98761002\"]).status();";
    class.student("stays", &solution_that(stays));
    let file = keys::root().join(format!("tests/keys/{EXERCISE}/solution.rs"));
    let embeds = format!("{}\nconst _: &[u8] = include_bytes!({file:?});", key().solution);
    class.student("embeds", &embeds);
    let said = class.grade(&["--no-sandbox"]);
    assert!(said.contains("warning: --no-sandbox: the students' programs run as you"), "{said}");
    class.has_all_points("ada");
    class.has_all_points("embeds");
    class.has_all_points("stays");
    class.has_no_points("sees");
    class.has_no_points("looks");
    assert_eq!(support::running_with("98761002"), [""; 0]);
    assert_eq!(std::fs::read_dir(&class.scratch).expect("a folder").count(), 0);
}

harness::test_with! { bubblewrap,
    fn a_check_that_cannot_be_made_is_an_error_of_the_grader() {
        let root = keys::root();
        let compiler = Compiler::prepare(&root, Some(&root.join("target/gradebook")));
        let compiler = compiler.expect("the libraries compile");
        let name = format!("ex{EXERCISE}");
        let program = compiler.compile(&name, &key().solution, &root.join("target/keys"));
        let mut jail = Command::new("bwrap");
        jail.args(["--dev-bind", "/", "/", "--tmpfs", "/proc"]);
        jail.args([env!("CARGO_BIN_EXE_gradebook"), "play", EXERCISE]);
        jail.arg(program.expect("it compiles")).args(["1", "--"]);
        let said = said(jail.output().expect("bwrap starts"), 0);
        let read = |line| serde_json::from_str::<Said>(line).expect("a check").checked;
        let checks: Vec<Checked> = said.lines().map(read).collect();
        let missing = checks.iter().find(|check| !check.passed()).expect("one is missing");
        assert_eq!(missing.name, "between clients the server sleeps");
        assert_eq!((missing.verdict, missing.points), (Verdict::GraderError, 0));
        assert!(missing.told.contains("needs /proc, and so Linux"), "{}", missing.told);
        assert_eq!(checks.iter().filter(|check| check.passed()).count(), 7);
    }
}
