//! Records what `ss`, `tcpdump`, `strace` and `nc` show of the chapters' programs.
//!
//! `recordings NAME` plays one scene and prints its recordings. It needs the port 6666, and a
//! network on which nobody else talks: the tests start it in a network namespace of its own.

mod recorder;
mod scenes;
mod stable;

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let name = env::args().nth(1).unwrap_or_default();
    let Some((_, play)) = scenes::ALL.iter().find(|(known, _)| *known == name) else {
        eprintln!("error: there is no scene called {name:?}, but these:");
        for (known, _) in scenes::ALL {
            eprintln!("  {known}");
        }
        return ExitCode::from(2);
    };
    print!("{}", play());
    ExitCode::SUCCESS
}
