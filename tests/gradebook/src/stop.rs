//! Ctrl-C: nothing is left running, nothing is left lying about, and what is done is kept.

use std::path::PathBuf;
use std::process::exit;
use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context, Result};

use crate::{bounded, write};

/// From now on Ctrl-C, and what asks a program to end (SIGTERM, SIGHUP), ends this one in order.
/// `scratch` is removed then.
pub fn on_ctrl_c(scratch: PathBuf) -> Result<()> {
    let stop = move || {
        // What is half written becomes whole, and nothing is begun any more.
        let _none = write::none_is_written();
        bounded::stop();
        // Who still writes there has been told to end, and takes a moment for it.
        for _ in 0..100 {
            if fs::remove_dir_all(&scratch).is_ok() || !scratch.exists() {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        eprintln!("\nstopped; what is graded is kept, and the same command goes on from there");
        exit(130);
    };
    ctrlc::set_handler(stop).context("cannot listen for Ctrl-C")
}
