//! A program that does what a program must not do to its grader: the first argument says what.

use std::env;
use std::io::{self, Read, Write};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

fn main() -> ExitCode {
    match env::args().nth(1).as_deref() {
        Some("hang") => loop {
            thread::park();
        },
        // Its child ends at once, and nobody asks how.
        Some("hang with a zombie") => {
            let child =
                Command::new(env::current_exe().expect("it runs")).stdin(Stdio::null()).spawn();
            println!("{}", child.expect("it can be started").id());
            loop {
                thread::park();
            }
        }
        Some("spin") => loop {
            std::hint::spin_loop();
        },
        Some("flood") => loop {
            if io::stdout().write_all(&[b'x'; 65536]).is_err() {
                return ExitCode::SUCCESS;
            }
        },
        Some("tick") => loop {
            thread::sleep(Duration::from_millis(100));
        },
        // Its child keeps stdout and stderr open.
        Some("leave a child") => {
            let child = Command::new(env::current_exe().expect("it runs")).arg("hang").spawn();
            println!("{}", child.expect("it can be started").id());
            ExitCode::SUCCESS
        }
        // A child in a session of its own, which no signal to the group reaches.
        Some("leave a daemon") => {
            let child = Command::new("setsid")
                .arg(env::current_exe().expect("it runs"))
                .arg("hang")
                .stdin(Stdio::null())
                .spawn();
            println!("{}", child.expect("setsid is installed").id());
            ExitCode::SUCCESS
        }
        Some("panic") => panic!("as it was told"),
        Some("environment") => {
            println!("{:?}", env::vars().map(|(name, _)| name).collect::<Vec<_>>());
            println!("{}", env::current_dir().expect("it runs in a folder").display());
            ExitCode::SUCCESS
        }
        // Stays until its input ends, and says so.
        _ => {
            let mut input = String::new();
            let _ = io::stdin().read_to_string(&mut input);
            println!("read {input:?}");
            ExitCode::SUCCESS
        }
    }
}
