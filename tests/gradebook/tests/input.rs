//! What may be handed in, and what comes of the rest.

mod support;

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use support::{Class, MAIN, key};

/// One class of all that students hand in, graded once for all tests.
fn class() -> &'static Class {
    static CLASS: OnceLock<Class> = OnceLock::new();
    CLASS.get_or_init(|| {
        let class = Class::new();
        let solution = key().solution;
        let good = solution.as_bytes();
        class.student("folder", &solution);
        class.zip("zip.zip", &[(MAIN, good)]);
        class.zip(
            "wrapped.zip",
            &[(&format!("class-main/{MAIN}"), good), ("__MACOSX/class-main/._README.md", b"?")],
        );
        class.zip("windows.zip", &[(&MAIN.replace('/', "\\"), good)]);
        bundle(&class, "bundle", &solution, &["HEAD", "main"]);
        bundle(&class, "one-branch", &solution, &["main"]);
        bundle(&class, "branches", &solution, &["main", "other"]);
        class.student("Ann: 1", &solution);
        in_several_files(&class);
        with_more_than_its_own(&class);
        class.student("starter", &key().starter);
        class.student("windows-starter", &key().starter.replace('\n', "\r\n"));
        class.student("warnings", &format!("#![deny(warnings)]\n{solution}\nfn unused() {{}}"));
        class.student("broken", "fn main() { let }\n");
        unreadable(&class);
        too_much(&class);
        fs::write(class.submissions().join("notes.txt"), "?").expect("a file");
        fs::write(class.submissions().join(".hidden"), "?").expect("a file");
        symlink("/etc", class.submissions().join("link")).expect("a link");
        let said = class.grade(&["--jobs", "4"]);
        fs::write(class.folder.path().join("said"), said).expect("a file");
        class
    })
}

fn in_several_files(class: &Class) {
    let moved = "const REPLY: &[u8] = b\"[INFO] server has received your messages\";";
    let solution = key().solution;
    assert!(solution.contains(moved));
    class.student("modules", &solution.replace(moved, "mod words;\nuse words::deeper::REPLY;"));
    class.file("modules", &MAIN.replace("main", "words"), b"pub mod deeper;");
    class.file("modules", &MAIN.replace("main", "words/deeper"), format!("pub {moved}").as_bytes());
}

/// A build script, a manifest, and a test that must all not be heeded.
fn with_more_than_its_own(class: &Class) {
    class.student("more", &key().solution);
    let exercise = MAIN.replace("src/main.rs", "");
    class.file("more", &format!("{exercise}build.rs"), b"fn main() { panic!() }");
    class.file("more", &format!("{exercise}Cargo.toml"), b"[package]\nname = 7");
    class.file("more", &format!("{exercise}tests/grade.rs"), b"fn main() {}");
    class.file("more", "Cargo.toml", b"no manifest");
    class.file("more", "tests/checks/src/lib.rs", b"fn main() {}");
}

fn unreadable(class: &Class) {
    let at = |student: &str, path: &str| class.submissions().join(student).join(path);
    fs::write(class.submissions().join("no-zip.zip"), "PK?").expect("a file");
    fs::write(class.submissions().join("no-bundle.bundle"), "?").expect("a file");
    class.file("nothing", "README.md", b"I was ill");
    class.file("no-exercise", "chapters/README.md", b"?");
    // Links and pipes in the place of a source.
    class.student("linked", "");
    fs::remove_file(at("linked", MAIN)).expect("a file");
    symlink("/etc/passwd", at("linked", MAIN)).expect("a link");
    class.file("linked-folder", MAIN.trim_end_matches("/src/main.rs"), b"");
    fs::remove_file(at("linked-folder", MAIN.trim_end_matches("/src/main.rs"))).expect("a file");
    let other = at("folder", MAIN.trim_end_matches("/src/main.rs"));
    symlink(other, at("linked-folder", MAIN.trim_end_matches("/src/main.rs"))).expect("a link");
    class.student("pipe", "");
    fs::remove_file(at("pipe", MAIN)).expect("a file");
    let made = Command::new("mkfifo").arg(at("pipe", MAIN)).status().expect("mkfifo");
    assert!(made.success());
}

fn too_much(class: &Class) {
    class.student("huge", "");
    let file = class.submissions().join("huge").join(MAIN);
    File::create(file).and_then(|file| file.set_len(1 << 30)).expect("a file with holes");
    class.zip("bomb.zip", &[(MAIN, &vec![b' '; 32 << 20])]);
    class.student("many", &key().solution);
    for index in 0..100 {
        class.file("many", &MAIN.replace("main", &format!("file{index}")), b"");
    }
    let long = MAIN.replace("main", &"x".repeat(300));
    class.zip("long.zip", &[(MAIN, key().solution.as_bytes()), (&long, b"")]);
    class.student("deep", &key().solution);
    class.file("deep", &MAIN.replace("main", "a/b/c/d/e/f/g/h/i/j"), b"");
    let good = key().solution;
    let climb = format!("../../../../{}/out/results/evil.json", class.folder.path().display());
    class.zip(
        "climber.zip",
        &[
            (MAIN, good.as_bytes()),
            ("../evil.rs", b"?"),
            (&climb, b"?"),
            ("/tmp/evil.rs", b"?"),
            (&MAIN.replace("main.rs", "../../../evil.rs"), b"?"),
        ],
    );
}

/// A git bundle of a repository with this program, about these of its names.
fn bundle(class: &Class, student: &str, main: &str, names: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let git = |args: &[&str]| git(folder.path(), args);
    git(&["init", "--quiet", "--initial-branch=main"]);
    let file = folder.path().join(MAIN);
    fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
    fs::write(file, main).expect("a file");
    // What git heeds when it has a work tree.
    fs::write(folder.path().join(".gitattributes"), "*.rs filter=evil text eol=crlf\n")
        .expect("a file");
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message=all"]);
    git(&["branch", "other"]);
    let file = class.submissions().join(format!("{student}.bundle"));
    let mut args = vec!["bundle", "create", "--quiet", file.to_str().expect("UTF-8")];
    args.extend(names);
    git(&args);
}

fn git(folder: &Path, args: &[&str]) {
    let mut git = Command::new("git");
    git.arg("-C")
        .arg(folder)
        .args(["-c", "user.name=s", "-c", "user.email=s@example.org"])
        .args(args);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    assert!(git.status().expect("git starts").success(), "{args:?}");
}

harness::test_with! { bubblewrap,
    fn a_folder_a_zip_and_a_bundle_are_copies_of_the_class_repository() {
        for student in ["folder", "zip", "wrapped", "windows", "bundle", "one-branch"] {
            class().has_all_points(student);
        }
    }
}

harness::test_with! { bubblewrap,
    fn a_program_may_have_several_files() {
        class().has_all_points("modules");
    }
}

harness::test_with! { bubblewrap,
    fn nothing_but_the_students_own_files_is_heeded() {
        class().has_all_points("more");
    }
}

harness::test_with! { bubblewrap,
    fn a_warning_is_no_error() {
        class().has_all_points("warnings");
    }
}

harness::test_with! { bubblewrap,
    fn the_starter_is_known_however_its_lines_end() {
        assert!(!class().graded("starter").attempted);
        assert!(!class().graded("windows-starter").attempted);
        assert!(class().graded("folder").attempted);
        assert!(class().graded("starter").points() < class().graded("starter").most());
    }
}

harness::test_with! { bubblewrap,
    fn what_does_not_compile_is_told_as_the_compiler_tells_it() {
        let error = class().build_error("broken");
        assert!(error.starts_with("error: "), "{error}");
        assert!(error.contains("--> src/main.rs:1:"), "{error}");
    }
}

harness::test_with! { bubblewrap,
    fn what_cannot_be_read_has_no_points_and_says_why() {
        for (student, why) in [
            ("no-zip", "cannot read the zip"),
            ("no-bundle", "git cannot read the bundle"),
            ("branches", "no HEAD and several branches (main, other)"),
            ("nothing", "there is no folder chapters/"),
        ] {
            let problem = class().result(student).problem.unwrap_or_default();
            assert!(problem.contains(why), "{student}: {problem}");
            class().has_no_points(student);
        }
    }
}

harness::test_with! { bubblewrap,
    fn an_exercise_that_cannot_be_read_has_no_points_and_says_why() {
        for (student, why) in [
            ("no-exercise", "chapters/02-single-server is not in the submission"),
            ("linked", "src/main.rs is no file (links are not followed)"),
            ("linked-folder", "exercises/notice-eof is no folder (links are not followed)"),
            ("pipe", "src/main.rs is no file"),
            ("huge", "src/main.rs is too large: a file may have 256 KiB"),
            ("bomb", "src/main.rs is too large"),
            ("many", "too many files"),
            ("deep", "more than 8 deep"),
            ("long", "is too long: it may have 255 bytes"),
        ] {
            let error = class().build_error(student);
            assert!(error.contains(why), "{student}: {error}");
            assert_eq!(class().result(student).problem, None);
            assert!(class().graded(student).attempted, "{student}: it is no starter");
        }
    }
}

harness::test_with! { bubblewrap,
    fn a_name_becomes_a_name_that_every_system_takes() {
        let result = support::read(&class().out().join("results/Ann%3A 1.json"));
        assert_eq!(result.student, "Ann: 1");
        assert!(class().out().join("junit/Ann%3A 1.xml").exists());
    }
}

#[test]
fn a_bundle_without_git_to_read_it_is_nobodys_fault() {
    let class = Class::new();
    fs::write(class.submissions().join("ada.bundle"), "?").expect("a file");
    let output = class.command(&[]).env("PATH", "/nowhere").output().expect("it starts");
    let said = support::said(output, 1);
    assert!(said.contains("git is not installed, which reads bundles such as "), "{said}");
    assert!(!class.out().join("results").exists());
}

harness::test_with! { bubblewrap,
    fn a_path_in_a_zip_leads_nowhere() {
        class().has_all_points("climber");
        assert!(!class().out().join("results/evil.json").exists());
        assert!(!Path::new("/tmp/evil.rs").exists());
    }
}

harness::test_with! { bubblewrap,
    fn what_is_no_submission_is_named_and_what_is_hidden_is_not() {
        let said = fs::read_to_string(class().folder.path().join("said")).expect("it was graded");
        assert!(said.contains("passed over: notes.txt: neither a folder, nor a .zip"), "{said}");
        assert!(said.contains("passed over: link: a symbolic link"), "{said}");
        assert!(!said.contains("hidden"), "{said}");
    }
}

harness::test_with! { bubblewrap,
    fn nothing_is_left_outside_the_folder_for_results() {
        let left: Vec<_> = fs::read_dir(&class().scratch).expect("a folder").collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
