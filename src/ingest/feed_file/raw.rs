//! The encoding of a feed, and its text in UTF-8.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::ingest::decode::{self, Utf32};
use crate::ingest::labels;
use crate::ingest::reason::{Reason, Refusal};
use crate::ingest::unmarked;
use crate::ingest::window::{Bytes, Window};
use crate::ingest::xml::encoding::{declared, label};

/// How a character of ASCII is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// As its byte.
    One,
    /// As two bytes, as in UTF-16; true where the byte itself comes first.
    Two(bool),
    /// As four bytes, as in UTF-32; true where the byte itself comes first.
    Four(bool),
}

impl Unit {
    /// Bytes of a character.
    pub fn width(self) -> usize {
        match self {
            Unit::One => 1,
            Unit::Two(_) => 2,
            Unit::Four(_) => 4,
        }
    }

    /// The bytes of a text; of one that is not ASCII the bytes of UTF-8 where a unit is a byte.
    pub fn written(self, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() * self.width());
        for byte in text.bytes() {
            match self {
                Unit::One => out.push(byte),
                Unit::Two(true) => out.extend([byte, 0]),
                Unit::Two(false) => out.extend([0, byte]),
                Unit::Four(true) => out.extend([byte, 0, 0, 0]),
                Unit::Four(false) => out.extend([0, 0, 0, byte]),
            }
        }
        out
    }

    /// The character of ASCII that these bytes are; 0 where they are another or none.
    pub fn ascii(self, unit: &[u8]) -> u8 {
        match (self, unit) {
            (Unit::One, &[byte])
            | (Unit::Two(true), &[byte, 0])
            | (Unit::Two(false), &[0, byte])
            | (Unit::Four(true), &[byte, 0, 0, 0])
            | (Unit::Four(false), &[0, 0, 0, byte]) => byte,
            _ => 0,
        }
    }
}

/// A feed without its mark, and as UTF-8 where its encoding is known to be another.
pub(super) struct Plain<'b> {
    pub text: Cow<'b, [u8]>,
    /// What it was decoded from; none where the text is that of the file.
    pub encoding: Option<&'static Encoding>,
    pub unit: Unit,
    /// Bytes of the mark.
    pub mark: usize,
}

/// Finds the encoding as the readers do: by a mark, by what was given, by its declaration.
pub(super) fn plain<'b>(bytes: &'b [u8], given: Option<&str>) -> Result<Plain<'b>, Refusal> {
    if let Some(little) = decode::utf32_mark(bytes) {
        let rest = bytes.get(4..).unwrap_or_default();
        return Ok(Plain {
            text: Cow::Owned(of_utf32(rest, little)),
            encoding: None,
            unit: Unit::Four(little),
            mark: 4,
        });
    }
    let given = given.and_then(labels::encoding);
    let (encoding, mark) = match decode::byte_order_mark(bytes) {
        Some(marked) => marked,
        None => {
            let told = given.or_else(|| unmarked::utf16(bytes));
            let encoding = match told.or_else(|| declared(bytes)) {
                Some(encoding) => encoding,
                None => check(bytes).map(|()| UTF_8)?,
            };
            (encoding, 0)
        }
    };
    let unit = match encoding {
        _ if encoding == UTF_16LE => Unit::Two(true),
        _ if encoding == UTF_16BE => Unit::Two(false),
        _ if encoding.is_ascii_compatible() => Unit::One,
        _ => return Err(unknown(encoding.name())),
    };
    let rest = bytes.get(mark..).unwrap_or_default();
    let text = match encoding {
        _ if encoding == UTF_8 => Cow::Borrowed(rest),
        _ => match encoding.decode_without_bom_handling(rest).0 {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        },
    };
    Ok(Plain {
        text,
        encoding: Some(encoding).filter(|encoding| *encoding != UTF_8),
        unit,
        mark,
    })
}

/// Refuses what stands in no superset of ASCII, in which a byte like `<` may be half a character.
fn check(bytes: &[u8]) -> Result<(), Refusal> {
    if let Some(label) = label(bytes) {
        let known = labels::encoding(label);
        // Whoever reads "UTF-16" in ASCII reads no UTF-16.
        let is_wide = known.is_some_and(|known| known == UTF_16LE || known == UTF_16BE);
        if !is_wide && !known.is_some_and(Encoding::is_ascii_compatible) {
            return Err(unknown(label));
        }
    }
    let escapes = memchr::memchr_iter(0x1b, bytes);
    let mut behind = escapes.map(|at| bytes.get(at + 1));
    if behind.any(|byte| matches!(byte, Some(b'$' | b'('))) {
        return Err(unknown("ISO-2022"));
    }
    Ok(())
}

fn unknown(label: &str) -> Refusal {
    let shown: String = label.chars().take(60).collect();
    let message =
        format!("its encoding {shown:?} is not one to find items in; convert it to UTF-8");
    Refusal::new(Reason::Undecodable, message)
}

/// UTF-32 as UTF-8; what is no character becomes U+FFFD.
pub(super) fn of_utf32(bytes: &[u8], little: bool) -> Vec<u8> {
    let input: Bytes<'_> = Window::new(Box::new(bytes));
    let mut text = Vec::with_capacity(bytes.len() / 4);
    // Reading from memory does not fail.
    let _ = Utf32::new(input, little, Arc::default()).read_to_end(&mut text);
    text
}
