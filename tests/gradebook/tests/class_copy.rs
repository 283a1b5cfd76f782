//! `make class-copy`: what a class gets, and what it does not get.
//!
//! Each test stands in a repository of its own, whose one commit is what lies in this folder now.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use assert_cmd::Command;
use tempfile::TempDir;

const STARTER: &str = "chapters/02-single-server/exercises/notice-eof/src/main.rs";
const WORKFLOW: &str = ".github/workflows/grade.yml";

/// The top of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder with a repository in it, `here`.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        let commit = place.path("commit.git");
        git(place.path(""), &["init", "--quiet", "--bare", "commit.git"]);
        let of_root = |arguments: &[&str]| {
            let git_dir = ["--git-dir", commit.to_str().expect("a path in UTF-8")];
            git(root(), &[&git_dir[..], &["--work-tree=."], arguments].concat());
        };
        of_root(&["add", "--all"]);
        of_root(&["commit", "--quiet", "--message=now"]);
        git(place.path(""), &["clone", "--quiet", "commit.git", "here"]);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).expect(file)
    }

    /// Every file in a folder, but for git's.
    fn files(&self, name: &str) -> BTreeSet<PathBuf> {
        let top = self.path(name);
        let mut files = BTreeSet::new();
        let mut folders = vec![top.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.ends_with(".git") {
                } else if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.strip_prefix(&top).expect("within").to_owned());
                }
            }
        }
        files
    }

    /// `class-copy --out OUT`, from the repository.
    fn class_copy(&self, out: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_class-copy"));
        command.args(["--out", out]).current_dir(self.path("here"));
        // A temporary folder may lie in a repository, too.
        command.env("GIT_CEILING_DIRECTORIES", self.folder.path());
        command
    }

    #[track_caller]
    fn refuses(&self, command: &mut Command, because: &str) {
        let output = command.output().expect("class-copy starts");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        let one_line = told.starts_with("error: ") && told.trim_end().lines().count() == 1;
        assert!(one_line && told.contains(because), "{told}");
    }
}

/// Runs git without anybody's settings.
#[track_caller]
fn git(folder: impl AsRef<Path>, arguments: &[&str]) {
    let mut git = process::Command::new("git");
    git.args(["-c", "user.name=test", "-c", "user.email=test@example.org"]).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let status = git.current_dir(folder).status().expect("git starts");
    assert!(status.success(), "git {arguments:?}");
}

/// What stays with the teacher.
fn is_left_out(file: &Path) -> bool {
    let folders = [".ci", ".github/workflows", "tests/gradebook", "tests/keys", "tests/workflows"];
    let within = folders.iter().any(|folder| file.starts_with(folder));
    within || file == Path::new("tests/browser/gradebook.test.js")
}

harness::test_with! { git,
    fn a_copy_is_what_is_committed_without_what_a_teacher_needs() {
        let place = Place::new();
        place.class_copy("../copy").assert().success().stderr("");

        let mut expected = place.files("here");
        assert!(expected.contains(Path::new("tests/keys/02-notice-eof/solution.rs")));
        expected.retain(|file| !is_left_out(file));
        let mut same = expected.clone();
        expected.insert(WORKFLOW.into());
        assert_eq!(place.files("copy"), expected);

        for changed in ["Cargo.toml", "Cargo.lock"] {
            assert!(same.remove(Path::new(changed)));
            let text = place.read(&format!("copy/{changed}"));
            let named = text.lines().find(|line| {
                let line = line.trim();
                ["\"tests/keys\",", "\"tests/gradebook\",", "name = \"keys\""].contains(&line)
            });
            assert_eq!(named, None, "in {changed}");
        }
        for file in same {
            let [there, here] = ["copy", "here"].map(|top| fs::read(place.path(top).join(&file)));
            assert_eq!(there.expect("it is there"), here.expect("it is here"), "{}", file.display());
        }
    }
}

harness::test_with! { git,
    fn no_solution_is_in_a_copy() {
        let place = Place::new();
        place.class_copy("../copy").assert().success();
        let is_solution = |file: &PathBuf| file.file_name() == Some(OsStr::new("solution.rs"));
        let solutions = place.files("here").into_iter().filter(is_solution);
        let solutions: Vec<_> =
            solutions.map(|file| fs::read_to_string(place.path("here").join(file)).expect("text")).collect();
        assert!(!solutions.is_empty());
        for file in place.files("copy") {
            let text = fs::read(place.path("copy").join(&file)).expect("it is there");
            let text = String::from_utf8_lossy(&text);
            let within = solutions.iter().any(|solution| text.contains(solution.trim()));
            assert!(!within, "a solution in {}", file.display());
        }
    }
}

harness::test_with! { git,
    fn what_is_not_committed_is_not_in_the_copy_and_is_named() {
        let place = Place::new();
        let starter = place.read(&format!("here/{STARTER}"));
        fs::write(place.path("here").join(STARTER), "// solved\n").expect("written");
        fs::write(place.path("here/my-notes.md"), "grades\n").expect("written");

        let output = place.class_copy("../copy").output().expect("class-copy starts");
        assert!(output.status.success());
        let told = String::from_utf8_lossy(&output.stderr);
        let warning = "warning: the copy has what is committed; changed since, or not committed";
        assert_eq!(told, format!("{warning}: {STARTER}, my-notes.md\n"));
        assert_eq!(place.read(&format!("copy/{STARTER}")), starter);
        assert!(!place.path("copy/my-notes.md").exists());
    }
}

harness::test_with! { git,
    fn a_folder_that_is_in_use_is_refused_and_left_alone() {
        let place = Place::new();
        place.refuses(&mut place.class_copy("tests"), "tests is not empty");
        place.refuses(&mut place.class_copy("README.md"), "cannot use README.md");
        fs::create_dir(place.path("empty")).expect("made");
        place.class_copy("../empty").assert().success();
        place.refuses(&mut place.class_copy("../empty"), "../empty is not empty");
    }
}

harness::test_with! { git,
    fn what_is_no_repository_is_a_clear_error() {
        let place = Place::new();
        let elsewhere = place.path("elsewhere");
        fs::create_dir(&elsewhere).expect("made");
        let mut command = place.class_copy("../copy");
        place.refuses(command.current_dir(&elsewhere), "but git says: not a git repository");

        git(&elsewhere, &["init", "--quiet"]);
        let mut command = place.class_copy("../copy");
        place.refuses(command.current_dir(&elsewhere), "but git says: Needed a single revision");

        let mut command = place.class_copy("../copy");
        place.refuses(command.env("PATH", &elsewhere), "but git is missing");
    }
}

harness::test_with! { git,
    fn a_manifest_that_does_not_list_the_keys_as_expected_is_refused() {
        let place = Place::new();
        let manifest = place.path("here/Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("a manifest");
        fs::write(&manifest, text.replace("    \"tests/keys\",\n", "")).expect("written");
        git(place.path("here"), &["commit", "--quiet", "--all", "--message=other"]);
        place.refuses(&mut place.class_copy("../copy"), "should list \"tests/keys\" once");
    }
}

harness::test_with! { git,
    fn a_profile_of_what_only_the_gradebook_needs_is_not_in_the_copy() {
        let place = Place::new();
        let manifest = place.path("here/Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let profile = "\n# It is slow.\n[profile.dev.package.absent]\nopt-level = 3\n";
        fs::write(&manifest, text + profile).expect("written");
        git(place.path("here"), &["commit", "--quiet", "--all", "--message=slow"]);
        place.class_copy("../copy").assert().success();
        let text = place.read("copy/Cargo.toml");
        assert!(!text.contains("slow") && !text.contains("absent"), "{text}");
        assert!(text.ends_with("[profile.dev.package.checks]\nopt-level = 1\n"), "{text}");
    }
}

harness::test_with! { git,
    fn the_exercises_are_graded_in_a_copy() {
        let place = Place::new();
        place.class_copy("../copy").assert().success();
        let run = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments).current_dir(place.path("copy"));
            command.timeout(Duration::from_secs(900)); // a cold build on a busy machine
            // Libraries are compiled once for all runs of this test. The workspace's own folder will
            // not do: what has the same name there would be taken for the same.
            let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("class-copy");
            command.env("CARGO_TARGET_DIR", target).env("CARGO_NET_OFFLINE", "true");
            command.assert()
        };
        let build = ["build", "--locked", "--package", "ex02-notice-eof"];
        let built = run("cargo", &build).success();
        let told = String::from_utf8_lossy(&built.get_output().stderr).into_owned();
        assert!(!told.contains("warning"), "{told}");
        let graded = run("make", &["grade", "EX=02-notice-eof"]).success();
        let table = String::from_utf8_lossy(&graded.get_output().stdout).into_owned();
        assert!(table.contains(" 02-notice-eof ") && table.contains(" of 10 "), "{table}");

        for target in ["gradebook", "class-copy", "test-workflows"] {
            let refused = run("make", &[target]).failure();
            let told = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
            assert!(told.starts_with("error: this copy is for students; "), "{target}: {told}");
        }
    }
}
