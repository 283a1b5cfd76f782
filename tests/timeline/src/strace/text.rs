//! Where one part of strace's text ends and the next begins.

/// The position of the first character that is `found`, outside of strings, brackets and what stands
/// behind a descriptor in `<` and `>`. `None` if there is none, or if a bracket is never closed.
pub(super) fn position(text: &str, found: impl Fn(char) -> bool) -> Option<usize> {
    let mut open = Vec::new();
    let mut characters = text.char_indices();
    let mut before = ' ';
    while let Some((at, character)) = characters.next() {
        if open.is_empty() && found(character) {
            return Some(at);
        }
        match character {
            '"' => {
                let mut escaped = false;
                characters.find(|(_, it)| {
                    let ends = *it == '"' && !escaped;
                    escaped = *it == '\\' && !escaped;
                    ends
                })?;
            }
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            '<' if before.is_ascii_digit() => open.push('>'),
            // `->` stands between two addresses.
            '>' if before == '-' => {}
            _ if open.last() == Some(&character) => drop(open.pop()),
            _ => {}
        }
        before = character;
    }
    None
}

/// The parts of a text that commas separate, without the space around them.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(comma) = position(rest, |it| it == ',') {
        parts.push(rest[..comma].trim());
        rest = &rest[comma + 1..];
    }
    if !(rest.trim().is_empty() && parts.is_empty()) {
        parts.push(rest.trim());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{parts, position};

    #[test]
    fn a_comma_within_anything_separates_nothing() {
        let text = r#"3<TCP:[127.0.0.1:1->127.0.0.1:2]>, {sa_family=AF_INET, sin_port=htons(7)}, "a\", b", 16"#;
        let expected = [
            "3<TCP:[127.0.0.1:1->127.0.0.1:2]>",
            "{sa_family=AF_INET, sin_port=htons(7)}",
            r#""a\", b""#,
            "16",
        ];
        assert_eq!(parts(text), expected);
        assert_eq!(parts(r#""\\", 1"#), [r#""\\""#, "1"]);
        assert_eq!(parts(""), [""; 0]);
    }

    #[test]
    fn what_is_never_closed_holds_nothing() {
        assert_eq!(position("3<TCP:[1, 2", |it| it == ','), None);
        assert_eq!(position("\"a, b", |it| it == ','), None);
    }
}
