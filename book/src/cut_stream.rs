//! A stream, where reads cut it, and where its frames end: a picture made from a few lines of text.
//!
//! ```text
//! title: Two lines in three reads
//! description: What a screen reader says of the picture.
//! above: recv returns
//! below: comes out
//! read: hey\ny
//! read: ou
//! read: \n
//! frame: hey\n
//! frame: you\n
//! ```
//!
//! `\n` is one byte, all other characters are themselves. Reads and frames must be the same bytes.

use std::fmt::Write as _;

use crate::html::escaped;

/// The width of a byte, and its height, in the units of the picture, as all here.
const BYTE: usize = 30;
/// Where the row of bytes begins.
const TOP: usize = 64;
const LEFT: usize = 100;

/// A picture, as it was described.
#[derive(Default)]
pub struct CutStream {
    title: String,
    description: String,
    above: String,
    below: String,
    reads: Vec<Vec<String>>,
    frames: Vec<Vec<String>>,
}

impl CutStream {
    /// Reads a description. Fails with the number of the line, counted from 1, and what is wrong
    /// there.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut stream = Self::default();
        for (index, line) in text.lines().enumerate() {
            match line.split_once(": ") {
                Some(("title", text)) => stream.title = text.into(),
                Some(("description", text)) => stream.description = text.into(),
                Some(("above", text)) => stream.above = text.into(),
                Some(("below", text)) => stream.below = text.into(),
                Some(("read", bytes)) => stream.reads.push(self::bytes(bytes)),
                Some(("frame", bytes)) => stream.frames.push(self::bytes(bytes)),
                _ => return Err((index + 1, "a cut stream has no such line".into())),
            }
        }
        let texts = [&stream.title, &stream.description, &stream.above, &stream.below];
        if texts.iter().any(|text| text.is_empty()) {
            return Err((0, "a cut stream needs title, description, above and below".into()));
        }
        if stream.reads.concat() != stream.frames.concat() {
            return Err((0, "the reads and the frames are not the same bytes".into()));
        }
        Ok(stream)
    }

    /// The picture, as one block of HTML without an empty line.
    pub fn svg(&self) -> String {
        let id: String = self.title.chars().filter(char::is_ascii_alphanumeric).collect();
        let bytes = self.reads.concat();
        let (width, height) = (LEFT + bytes.len() * BYTE + 10, TOP + BYTE + 60);
        let mut svg = format!(
            "<figure class=\"cut-stream\">\n\
             <svg viewBox=\"0 0 {width} {height}\" style=\"max-width: {width}px\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-text\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-text\">{}</desc>\n",
            escaped(&self.title),
            escaped(&self.description)
        );
        for (index, byte) in bytes.iter().enumerate() {
            let (x, middle) = (LEFT + index * BYTE, TOP + BYTE / 2 + 5);
            let end = if byte == "\\n" { " end" } else { "" };
            writeln!(
                svg,
                "<rect class=\"byte{end}\" x=\"{x}\" y=\"{TOP}\" width=\"{BYTE}\" height=\"{BYTE}\"/>\
                 <text class=\"byte\" x=\"{}\" y=\"{middle}\" text-anchor=\"middle\">{}</text>",
                x + BYTE / 2,
                escaped(byte)
            )
            .expect("a String takes everything");
        }
        svg.push_str(&row(&self.reads, &self.above, TOP - 10, TOP - 18));
        svg.push_str(&row(&self.frames, &self.below, TOP + BYTE + 10, TOP + BYTE + 18));
        let title = escaped(&self.title);
        svg + &format!("</svg>\n<figcaption>{title}</figcaption>\n</figure>\n")
    }
}

/// A bracket for each piece, open towards the bytes, and what they are, on the left.
fn row(pieces: &[Vec<String>], label: &str, near: usize, far: usize) -> String {
    let below = usize::from(far > near);
    let words = far.min(near) + below * 26 - (1 - below) * 8;
    let mut row = format!(
        "<text x=\"{}\" y=\"{words}\" text-anchor=\"end\">{}</text>\n",
        LEFT - 12,
        escaped(label)
    );
    let mut begin = LEFT;
    for (index, piece) in pieces.iter().enumerate() {
        let (left, right) = (begin + 3, begin + piece.len() * BYTE - 3);
        writeln!(
            row,
            "<path class=\"piece\" d=\"M{left} {near}V{far}H{right}V{near}\"/>\
             <text x=\"{}\" y=\"{words}\" text-anchor=\"middle\">{}</text>",
            (left + right) / 2,
            index + 1
        )
        .expect("a String takes everything");
        begin += piece.len() * BYTE;
    }
    row
}

/// The bytes of a piece, each as it is shown.
fn bytes(text: &str) -> Vec<String> {
    let mut bytes = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some('n')) => {
                characters.next();
                bytes.push("\\n".into());
            }
            (' ', _) => bytes.push("␣".into()),
            _ => bytes.push(character.into()),
        }
    }
    bytes
}
