//! File names made of students' names.

use std::collections::HashSet;
use std::path::{Component, Path};

use gradebook::formats::{file_name, write_all};
use gradebook::result::Submission;

use super::Written;
use super::classes::{self, HOSTILE};

#[test]
fn a_harmless_name_stays_as_it_is() {
    for name in ["ada", "Ada", "ada-lovelace_2", "ada.lovelace", "Müller 3", "名前", "Анна", "é"]
    {
        assert_eq!(file_name(name), name);
    }
}

#[test]
fn what_harms_a_path_is_escaped() {
    for (name, file) in [
        ("", "%"),
        (".", "%2E"),
        ("..", "%2E%2E"),
        (".bashrc", "%2Ebashrc"),
        ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
        ("a/b\\c:d*e?f\"g<h>i|j", "a%2Fb%5Cc%3Ad%2Ae%3Ff%22g%3Ch%3Ei%7Cj"),
        ("100%", "100%25"),
        ("-rf", "%2Drf"),
        (" ends with a dot.", "%20ends with a dot%2E"),
        ("a\0b\n\u{202e}", "a%00b%0A%E2%80%AE"),
        ("con", "%63on"),
        ("NUL.tar.gz", "%4EUL.tar.gz"),
        ("com1", "%63om1"),
        ("lpt9 .txt", "%6Cpt9 .txt"),
        ("content", "content"),
        ("com", "com"),
        ("~", "%7E"),
    ] {
        assert_eq!(file_name(name), file, "{name:?}");
    }
}

#[test]
fn what_is_too_long_is_cut() {
    let name = file_name(&"é/".repeat(150));
    assert!(name.starts_with("é%2Fé%2F") && name.len() <= 200, "{name}");
    let (_, hash) = name.split_once('~').expect("a hash stands behind");
    assert_eq!(hash.len(), 64);
    assert_eq!(file_name(&"a".repeat(200)), "a".repeat(200));
    assert!(file_name(&"a".repeat(201)).starts_with(&("a".repeat(100) + "~")));
}

/// Every name is one plain component of a path, and none is two students'.
#[test]
fn no_two_students_share_a_name() {
    let mut random = fastrand::Rng::with_seed(7);
    let mut students: HashSet<String> = HOSTILE.into_iter().map(String::from).collect();
    for _ in 0..2000 {
        let pieces =
            ["a", "A", "%", "2", "F", "%2F", "/", ".", " ", "-", "~", "\0", "é", "e\u{301}"];
        let length = random.usize(..8);
        students.insert((0..length).map(|_| *random.choice(&pieces).expect("some")).collect());
    }
    students.extend(classes::hostile().into_iter().map(|it| it.student));
    let names: HashSet<String> = students.iter().map(|student| file_name(student)).collect();
    assert_eq!(names.len(), students.len());
    for name in &names {
        let components: Vec<_> = Path::new(name).components().collect();
        assert!(matches!(components[..], [Component::Normal(_)]), "{name:?}");
        assert!(name.len() + ".json".len() <= 255, "{name}");
    }
    for student in students.iter().filter(|student| !file_name(student).contains('~')) {
        assert_eq!(&read_back(&file_name(student)), student);
    }
}

/// The student of a name that was not cut.
fn read_back(name: &str) -> String {
    let mut pieces = name.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        bytes.push(u8::from_str_radix(&piece[..2], 16).expect("two digits"));
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).expect("a name is UTF-8")
}

#[test]
fn a_hostile_class_has_all_its_files_and_no_other() {
    let class = classes::hostile();
    let written = Written::of(&class);
    let mut expected = vec!["index.html".to_owned(), "scores.csv".to_owned()];
    for Submission { student, .. } in &class {
        let student = file_name(student);
        expected.push(format!("junit/{student}.xml"));
        expected.push(format!("gradescope/{student}/results.json"));
        expected.push(format!("classroom50/{student}/result.json"));
    }
    let mut files = files_in(written.0.path(), "");
    files.sort();
    expected.sort();
    assert_eq!(files, expected);
}

fn files_in(folder: &Path, prefix: &str) -> Vec<String> {
    let entries =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let files = entries.flat_map(|entry| {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files_in(&entry.path(), &format!("{name}/"))
        } else {
            vec![name]
        }
    });
    files.collect()
}

#[test]
fn two_results_of_one_student_are_refused() {
    let folder = tempfile::tempdir().expect("a folder in /tmp");
    let ada = || classes::submission("ada", vec![]);
    let error = write_all(&[ada(), ada()], folder.path()).expect_err("one would be lost");
    assert_eq!(error.to_string(), "there are two results for the student \"ada\"");
    assert_eq!(files_in(folder.path(), ""), [""; 0]);
}

#[test]
fn a_folder_that_is_a_file_is_told() {
    let file = tempfile::NamedTempFile::new().expect("a file in /tmp");
    let error = write_all(&classes::small(), file.path()).expect_err("it is no folder");
    assert!(format!("{error:#}").starts_with("cannot make "), "{error:#}");
}
