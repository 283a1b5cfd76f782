//! A file's name made of a student's name.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The longest name that is written out, in bytes. File systems take 255, with the `.json` behind it.
const LONGEST: usize = 200;

/// What Windows opens as a device, whatever ending stands behind it; COM and LPT have a digit too.
const DEVICES: [&str; 6] = ["aux", "con", "nul", "prn", "com", "lpt"];

/// A name for a student's file or folder. It needs no escaping in a path, leads nowhere else, and
/// no other student has the same.
///
/// Letters and digits of any script, `-` and `_` stay as they are, and so do dots and spaces in the
/// middle. Any other character is written as its bytes in UTF-8, each as `%` and two hexadecimal
/// digits: so no two names become the same, and a name can be read back. That covers separators,
/// `..`, control characters, and the first letter of a name that is a device on Windows. No name at
/// all becomes `%`.
///
/// What would be longer than 200 bytes is cut, and `~` and its SHA-256 stand behind it.
///
/// On a file system that takes capitals and small letters for the same, `Anna` and `anna` are one
/// file; the folder of submissions could not have held both there.
pub fn file_name(student: &str) -> String {
    if student.is_empty() {
        return "%".to_owned();
    }
    let device = is_device(student);
    let last = student.chars().count() - 1;
    let mut name = String::new();
    let mut beginning = 0;
    for (index, c) in student.chars().enumerate() {
        let stays = match c {
            '-' => index > 0, // at the front, a program would take it for an option
            '.' | ' ' => index > 0 && index < last,
            _ => c == '_' || (c.is_alphanumeric() && !(device && index == 0)),
        };
        if stays {
            name.push(c);
        } else {
            let bytes = c.to_string().into_bytes();
            name.extend(bytes.iter().map(|byte| format!("%{byte:02X}")));
        }
        if name.len() <= LONGEST / 2 {
            beginning = name.len();
        }
    }
    if name.len() > LONGEST {
        name.truncate(beginning);
        name = format!("{name}~{}", digest(student));
    }
    name
}

/// The SHA-256 of a text, in hexadecimal.
pub fn digest(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes all that is written to it");
        hex
    })
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let without_digit = stem.strip_suffix(|c: char| c.is_numeric());
    match without_digit {
        Some(port) => DEVICES[4..].contains(&port),
        None => DEVICES[..4].contains(&stem.as_str()),
    }
}
