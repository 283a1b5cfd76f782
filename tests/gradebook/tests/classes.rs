//! Made-up classes: a small one for the recorded files, one that means harm, ones drawn at random,
//! and one of any size to look at in a browser.

#![allow(dead_code)] // the tests take some of them, the example another

use checks::Verdict::{self, BuildError, Fail, GraderError, Pass, Timeout};
use gradebook::result::{Checked, Graded, SCHEMA, Submission};

/// Five students, two exercises, every verdict.
pub fn small() -> Vec<Submission> {
    let notice = |verdicts: [Verdict; 3]| exercise("02-notice-eof", &verdicts);
    let split = |verdicts: [Verdict; 2]| exercise("02-split-character", &verdicts);
    let mut broken = notice([BuildError; 3]);
    broken.build_error =
        Some("error[E0425]: cannot find value `strem`\n --> src/main.rs:7:5".into());
    let mut starter = split([Pass, Fail]);
    starter.attempted = false;
    let mut unread = submission("dev", vec![]);
    unread.problem = Some("dev.zip is no zip file".into());
    vec![
        submission("Müller, Ben", vec![notice([Pass, Fail, Timeout]), split([Pass; 2])]),
        submission("ada", vec![notice([Pass; 3]), split([Pass; 2])]),
        submission("chloé", vec![broken, starter]),
        unread,
        submission("eve", vec![notice([Pass, Pass, GraderError]), split([Fail; 2])]),
    ]
}

/// Names that mean harm to a spreadsheet, a path, XML, HTML, or whoever reads them.
pub const HOSTILE: [&str; 30] = [
    "",
    "%",
    ".",
    "..",
    "/",
    "../../etc/passwd",
    "C:\\Windows",
    "a/b",
    "a\\b",
    "a%2Fb",
    "con",
    "LPT1.txt",
    "-rf",
    " space ",
    "Anna",
    "anna",
    "=1+1",
    "'=1+1",
    "+SUM(A1)",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "a;=1,\"b\"\r\n=2",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "]]>&amp;<!--",
    "\0\u{1}\u{b}\u{1b}[31m\u{7f}\u{85}",
    "\u{202e}gnp.\u{2066}x\u{200f}\u{2028}",
    "\u{fffe}\u{ffff}\u{fdd0}\u{10ffff}\u{feff}",
    "e\u{301} é 名前 🦀",
];

/// A class in which every name, and every text that a student has a hand in, means harm.
pub fn hostile() -> Vec<Submission> {
    let hostile = HOSTILE.iter().map(|text| {
        let mut failed = exercise("02-notice-eof", &[Fail, Timeout, Pass]);
        failed.checks[0].told = format!("what happened:\n  client  {text}\n{text}");
        let mut broken = exercise("02-split-character", &[BuildError]);
        broken.build_error = Some(format!("{text}\n{text}"));
        let mut submission = submission(text, vec![failed, broken]);
        submission.problem = Some((*text).to_owned());
        submission
    });
    let long = ["a".repeat(300), "a".repeat(301), "é/".repeat(150), "🦀".repeat(1000)];
    hostile.chain(long.map(|name| submission(&name, vec![]))).collect()
}

/// A class drawn at random; the same seed, the same class.
pub fn random(seed: u64) -> Vec<Submission> {
    let mut random = fastrand::Rng::with_seed(seed);
    sized(random.usize(..6), random.usize(..4), seed)
}

/// A class of this size. Later checks are passed more rarely, and some students do not get far.
pub fn sized(students: usize, exercises: usize, seed: u64) -> Vec<Submission> {
    let mut random = fastrand::Rng::with_seed(seed);
    let checks: Vec<usize> = (0..exercises).map(|_| random.usize(5..10)).collect();
    let one = |student: usize| {
        let able = random.usize(3..12);
        let mut graded: Vec<_> = (checks.iter().enumerate())
            .map(|(e, &checks)| drawn(&mut random, e, checks, able))
            .collect();
        if random.usize(..15) == 0 {
            graded.clear();
        }
        let mut submission = submission(&format!("Student {:02}", student + 1), graded);
        if submission.exercises.is_empty() && exercises > 0 {
            submission.problem = Some("the zip file ends too early".into());
        }
        submission
    };
    (0..students).map(one).collect()
}

fn drawn(random: &mut fastrand::Rng, e: usize, checks: usize, able: usize) -> Graded {
    let verdicts: Vec<_> = (0..checks)
        .map(|check| match random.usize(..14) {
            draw if draw + check / 2 <= able => Pass,
            13 => Timeout,
            _ => Fail,
        })
        .collect();
    let name = format!("{:02}-exercise-{}", e / 3 + 1, ["one", "two", "three"][e % 3]);
    match random.usize(..20) {
        0 => {
            let mut broken = exercise(&name, &vec![BuildError; checks]);
            broken.build_error = Some("error: expected `;`\n --> src/main.rs:7:5".into());
            broken
        }
        1..3 => Graded { attempted: false, ..exercise(&name, &vec![Fail; checks]) },
        3 => exercise(&name, &vec![GraderError; checks]),
        _ => exercise(&name, &verdicts),
    }
}

/// A submission, graded at noon.
pub fn submission(student: &str, exercises: Vec<Graded>) -> Submission {
    Submission {
        schema: SCHEMA.into(),
        student: student.into(),
        graded: "2026-11-23T12:00:00Z".into(),
        problem: None,
        exercises,
    }
}

/// An exercise whose checks came out like this. The first is worth one point, the second two …
pub fn exercise(name: &str, verdicts: &[Verdict]) -> Graded {
    let checks = (1..).zip(verdicts).map(|(number, verdict)| check(number, *verdict)).collect();
    let content = "5d41402abc4b2a76".into();
    Graded { exercise: name.into(), content, attempted: true, build_error: None, checks }
}

fn check(number: u32, verdict: Verdict) -> Checked {
    let passed = verdict == Pass;
    let told = "what happened:\n  client  sends \"hello\" (5 bytes)\nexpected: the reply\ncame: <nothing>\n";
    let played = [Fail, Timeout, GraderError].contains(&verdict);
    Checked {
        name: format!("client {number} gets \"its\" reply & leaves"),
        verdict,
        points: if passed { number } else { 0 },
        most: number,
        told: if played { told.into() } else { String::new() },
        hint: if played { "What does read return at the end?".into() } else { String::new() },
        page: "chapter-02.md#what-can-go-wrong".into(),
    }
}
