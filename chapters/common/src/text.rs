//! Bytes from a peer, turned into text that is safe to show.

use std::mem;

/// Turns the bytes of a stream into text, piece by piece.
///
/// A `recv` may end in the middle of a character. The bytes of an unfinished character wait in
/// here until the rest arrives, so that it is shown once and whole. Bytes that can never become a
/// character show as U+FFFD, as the Unicode Standard recommends (section 3.9, "maximal subparts").
#[derive(Default)]
pub struct Decoder {
    pending: Vec<u8>,
}

impl Decoder {
    // ANCHOR: push
    /// Takes the bytes that arrived and returns what can be shown now, made [`printable`].
    pub fn push(&mut self, bytes: &[u8]) -> String {
        if self.pending.is_empty() && unfinished(bytes) == 0 {
            return printable(bytes); // nearly always
        }
        self.pending.extend_from_slice(bytes);
        let whole = self.pending.len() - unfinished(&self.pending);
        let rest = self.pending.split_off(whole);
        printable(&mem::replace(&mut self.pending, rest))
    }
    // ANCHOR_END: push

    /// Returns what is left at the end of the stream: half a character, which shows as U+FFFD, or
    /// nothing.
    pub fn finish(&mut self) -> String {
        printable(&mem::take(&mut self.pending))
    }
}

// ANCHOR: unfinished
/// How many bytes at the end of `bytes` begin a character that may still be completed: 0 to 3.
fn unfinished(bytes: &[u8]) -> usize {
    let end = bytes.utf8_chunks().last().map_or(&[][..], |c| c.invalid());
    match std::str::from_utf8(end) {
        // No error length means: nothing wrong so far, but the input ended too early.
        Err(error) if error.error_len().is_none() => end.len(),
        _ => 0,
    }
}
// ANCHOR_END: unfinished

// ANCHOR: printable
/// Decodes UTF-8 for display, with everything escaped by which a peer could drive our terminal.
///
/// That is control characters (a forged log line begins with a newline, a repainted screen with
/// an escape), the line and paragraph separators, and the characters that change the direction of
/// writing (Unicode's property `Bidi_Control`). The escapes are for safety, not for decoding: a
/// peer that sends a backslash and an `n` looks the same as one that sends a newline.
pub fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if !text.contains(is_harmful) {
        return text.into_owned(); // nearly always
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmful(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}
// ANCHOR_END: printable

fn is_harmful(c: char) -> bool {
    c.is_control() || separates_lines(c) || changes_direction(c)
}

fn separates_lines(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn changes_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{Decoder, printable};

    /// What is shown after each piece, and at the end.
    fn shown(pieces: &[&[u8]]) -> Vec<String> {
        let mut decoder = Decoder::default();
        let mut shown: Vec<String> = pieces.iter().map(|piece| decoder.push(piece)).collect();
        shown.push(decoder.finish());
        shown
    }

    #[test]
    fn a_character_in_pieces_is_shown_once_and_whole() {
        assert_eq!(shown(&[b"\xe4", b"\xbd", b"\xa0!"]), ["", "", "你!", ""]);
        assert_eq!(shown(&[b"a\xf0\x9f\xa6", b"\x80b"]), ["a", "🦀b", ""]);
    }

    #[test]
    fn half_a_character_at_the_end_is_not_swallowed() {
        assert_eq!(shown(&[b"ok\xe4\xbd"]), ["ok", "\u{fffd}"]);
    }

    #[test]
    fn bytes_that_no_character_can_become_do_not_hold_up_what_follows() {
        assert_eq!(shown(&[b"\xff\xe4\xbd", b"\xa0"]), ["\u{fffd}", "你", ""]);
        assert_eq!(shown(&[b"\xe4\xe4", b"a"]), ["\u{fffd}", "\u{fffd}a", ""]);
        assert_eq!(shown(&[b"\xc0\x80", b"a"]), ["\u{fffd}\u{fffd}", "a", ""]);
    }

    #[test]
    fn every_cut_of_a_text_shows_the_same() {
        let text = "né 你好 🦀!".as_bytes();
        for cut in 0..=text.len() {
            let (head, tail) = text.split_at(cut);
            assert_eq!(shown(&[head, tail]).concat(), "né 你好 🦀!");
        }
    }

    #[test]
    fn a_peer_cannot_drive_the_terminal() {
        assert_eq!(printable(b"a\r\n[INFO] forged\x1b[2J"), "a\\r\\n[INFO] forged\\u{1b}[2J");
        assert_eq!(printable("\u{9b}2J\u{202e}\u{2028}".as_bytes()), "\\u{9b}2J\\u{202e}\\u{2028}");
        assert_eq!(printable("tab\tand nul\0".as_bytes()), "tab\\tand nul\\u{0}");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        let text = "C:\\new é 你 👩\u{200d}🔬 \"quoted\"";
        assert_eq!(printable(text.as_bytes()), text);
    }
}
