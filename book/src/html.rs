//! Text that is put into HTML by hand, as the pictures are.

/// Text, with what has a meaning in HTML escaped.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
