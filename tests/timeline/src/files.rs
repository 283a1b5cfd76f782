//! The files in which a recording is kept and looked at.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::picture::{Layout, page};
use crate::recording::{Recording, VERSION};

/// Writes a recording as JSON, and beside it, with other endings, its picture (`.svg`) and a page with
/// every step (`.html`). The folder is made if there is none. Returns the page.
///
/// # Errors
///
/// If a file cannot be written.
pub fn write(recording: &Recording, out: &Path) -> Result<PathBuf> {
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let page_file = out.with_extension("html");
    save(out, &json(recording))?;
    save(&out.with_extension("svg"), &Layout::of(recording).svg(recording, "timeline"))?;
    save(&page_file, &page(recording))?;
    Ok(page_file)
}

/// Reads a recording.
///
/// # Errors
///
/// If the file cannot be read, is no recording, or one of another version.
pub fn read(file: &Path) -> Result<Recording> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let recording: Recording = serde_json::from_str(&text)
        .with_context(|| format!("{} is no recording", file.display()))?;
    let version = recording.version;
    ensure!(
        version == VERSION,
        "{} is of version {version}, and this program reads version {VERSION}",
        file.display()
    );
    Ok(recording)
}

/// A recording as it stands in its file.
pub fn json(recording: &Recording) -> String {
    serde_json::to_string_pretty(recording).expect("a recording holds nothing unusual") + "\n"
}

/// What a recording's file holds, as a JSON Schema.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Recording);
    serde_json::to_string_pretty(&schema).expect("a schema holds nothing unusual") + "\n"
}

/// Writes a file.
///
/// # Errors
///
/// If it cannot be written.
pub fn save(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Says where a page is, and what is in it; opens it if that is wanted, where there is a desktop.
pub fn tell(page: &Path, what: &str, is_opened: bool) {
    println!("{}: {what}", page.display());
    if is_opened && !open(page) {
        println!("Open that file in a browser.");
    }
}

/// Opens a page in a browser, where there is a desktop to open it on. Returns whether it did.
pub fn open(page: &Path) -> bool {
    has_desktop() && opener::open_browser(page).is_ok()
}

/// Without a display, opening a page would start a browser for terminals, if any.
fn has_desktop() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let names = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"];
    cfg!(not(target_os = "linux")) || names.into_iter().any(set)
}
