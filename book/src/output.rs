//! What a program printed, as a test has compared it: whole, one side of it, or a part.

use std::sync::LazyLock;

use regex::Regex;

use crate::project::Project;

/// `{{#output …}}`: a block of text. Fails with what is missing, or cannot be read.
pub fn shown(project: &Project, arguments: &str) -> Result<String, String> {
    let selection = Selection::parse(arguments)?;
    let lines = selection.take(project)?;
    let kind = if selection.columns { "text,columns" } else { "text" };
    Ok(format!("`````{kind}\n{lines}\n`````"))
}

/// The arguments of `{{#output NAME of=WHO from="TEXT" to="TEXT" in=columns}}`.
///
/// `of` leaves one side of a conversation, without its name: what stood on that terminal. `from`
/// and `to` cut out the lines from the first that contains the one text to the next that contains
/// the other. What was left out shows as `…`. What stands `in=columns` does not wrap.
#[derive(Default)]
pub struct Selection {
    name: String,
    of: Option<String>,
    from: Option<String>,
    to: Option<String>,
    columns: bool,
}

impl Selection {
    /// Reads the arguments. Fails with what is wrong with them.
    pub fn parse(arguments: &str) -> Result<Self, String> {
        static WORD: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"^(?:(\w+)=)?(?:"([^"]*)"|([^\s"]+))\s*"#).expect("a valid pattern")
        });
        let mut selection = Self::default();
        let mut rest = arguments;
        while !rest.is_empty() {
            let found = WORD.captures(rest).ok_or_else(|| format!("cannot read {rest:?}"))?;
            let value = found.get(2).or(found.get(3)).map_or("", |value| value.as_str()).to_owned();
            match found.get(1).map(|key| key.as_str()) {
                None if selection.name.is_empty() => selection.name = value,
                Some("of") => selection.of = Some(value),
                Some("from") => selection.from = Some(value),
                Some("to") => selection.to = Some(value),
                Some("in") if value == "columns" => selection.columns = true,
                _ => return Err(format!("cannot read {:?}", &found[0])),
            }
            rest = &rest[found[0].len()..];
        }
        Ok(selection)
    }

    /// The selected lines. Fails with what is missing.
    pub fn take(&self, project: &Project) -> Result<String, String> {
        let snapshots = project.snapshots().map_err(|error| error.to_string())?;
        let named = snapshots.iter().find(|(name, _)| *name == self.name);
        let (_, text) = named.ok_or_else(|| format!("no snapshot is called {:?}", self.name))?;
        let mut lines: Vec<&str> = text.lines().collect();
        if let Some(who) = &self.of {
            lines = one_side(&lines, who);
            if lines.is_empty() {
                return Err(format!("nobody is called {who:?} in {:?}", self.name));
            }
        }
        let find = |lines: &[&str], text: &str| {
            let found = lines.iter().position(|line| line.contains(text));
            found.ok_or_else(|| format!("no such line in {:?}: {text:?}", self.name))
        };
        if let Some(from) = &self.from {
            let start = find(&lines, from)?;
            lines.splice(..start, (start > 0).then_some("…"));
        }
        if let Some(to) = &self.to {
            let end = find(&lines, to)? + 1;
            let cut = end < lines.len();
            lines.splice(end.., cut.then_some("…"));
        }
        Ok(lines.join("\n"))
    }
}

/// The lines marked with this name, without the mark.
fn one_side<'a>(lines: &[&'a str], who: &str) -> Vec<&'a str> {
    let marked = lines.iter().filter_map(|line| line.split_once('|'));
    let ours = marked.filter(|(name, _)| name.trim() == who);
    ours.map(|(_, text)| text.strip_prefix(' ').unwrap_or(text)).collect()
}
