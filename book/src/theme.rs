//! mdBook's page template, mended where people who use a keyboard or a screen reader would stumble.
//!
//! Each change must fit the template exactly once: a new mdBook that moves things fails here, and
//! is looked at, instead of losing a change without a word.

use std::fs;

use anyhow::{Result, ensure};
use mdbook_driver::config::HtmlConfig;
use mdbook_html::theme::Theme;
use tempfile::TempDir;

/// What stands in the template, and what shall stand there.
const CHANGES: &[(&str, &str)] = &[
    // A label is no control: it has no role, takes no focus, and may not have the aria attributes.
    (
        r#"<label id="mdbook-sidebar-toggle" class="icon-button" for="mdbook-sidebar-toggle-anchor" title="Toggle Table of Contents" aria-label="Toggle Table of Contents" aria-controls="mdbook-sidebar">"#,
        r#"<button id="mdbook-sidebar-toggle" class="icon-button" type="button" onclick="document.getElementById('mdbook-sidebar-toggle-anchor').click()" title="Toggle table of contents" aria-label="Toggle table of contents" aria-controls="mdbook-sidebar">"#,
    ),
    ("</label>", "</button>"),
    // A page has one first heading, its own.
    (
        r#"<h1 class="menu-title">{{ book_title }}</h1>"#,
        r#"<div class="menu-title">{{ book_title }}</div>"#,
    ),
    // Everything on a page belongs to a landmark.
    (
        r#"<div id="mdbook-menu-bar" class="menu-bar sticky">"#,
        r#"<header id="mdbook-menu-bar" class="menu-bar sticky">"#,
    ),
    (
        "{{/if}}\n\n                    </div>\n                </div>",
        "{{/if}}\n\n                    </div>\n                </header>",
    ),
    // Two themes, both of which have been looked at.
    (
        r#"                            <li role="none"><button role="menuitem" class="theme" id="mdbook-theme-rust">Rust</button></li>
                            <li role="none"><button role="menuitem" class="theme" id="mdbook-theme-coal">Coal</button></li>
"#,
        "",
    ),
    (
        r#"                            <li role="none"><button role="menuitem" class="theme" id="mdbook-theme-ayu">Ayu</button></li>
"#,
        "",
    ),
    (r#"id="mdbook-theme-navy">Navy<"#, r#"id="mdbook-theme-navy">Dark<"#),
    (
        r#"placeholder="Search this book ...""#,
        r#"placeholder="Search this book ..." aria-label="Search this book""#,
    ),
];

/// Writes the mended template into a folder that mdBook can take as its theme. The folder goes when
/// the value does.
pub fn write() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let stock = folder.path().join("stock");
    let mut config = HtmlConfig::default();
    config.theme = Some(stock.clone());
    Theme::copy_theme(&config, folder.path())?;
    let template = fs::read_to_string(stock.join("index.hbs"))?;
    fs::remove_dir_all(stock)?;
    fs::write(folder.path().join("index.hbs"), mended(template)?)?;
    Ok(folder)
}

fn mended(mut template: String) -> Result<String> {
    for (from, to) in CHANGES {
        let count = template.matches(from).count();
        ensure!(count == 1, "mdBook's template has changed: {count} times, not once: {from}");
        template = template.replacen(from, to, 1);
    }
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::mended;

    #[test]
    fn a_template_that_has_changed_is_refused() {
        let error = mended("<html></html>".into()).expect_err("nothing fits");
        assert!(error.to_string().starts_with("mdBook's template has changed: 0 times"), "{error}");
    }
}
