//! From a place in the decoded text of a feed to the place in its own bytes.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use super::raw::{Plain, Unit, of_utf32};

/// Maps places that come in order.
///
/// A tag begins with `<` and ends with `>`, and in every encoding that is taken here these bytes,
/// or units, stand for nothing else: in GBK, Big5, Shift_JIS and their like the second byte of a
/// letter is 0x40 and more, or a digit. So the mark with one number in the text is the mark with
/// that number in the bytes. Each item is compared afterwards, so an error here loses nothing.
pub(super) struct Origin<'a> {
    plain: &'a Plain<'a>,
    raw: &'a [u8],
    /// A place in the text and the same one in the bytes.
    text_at: usize,
    raw_at: usize,
}

impl<'a> Origin<'a> {
    pub fn new(plain: &'a Plain<'a>, raw: &'a [u8]) -> Self {
        Origin {
            plain,
            raw,
            text_at: 0,
            raw_at: plain.mark,
        }
    }

    fn is_same(&self) -> bool {
        matches!(self.plain.text, Cow::Borrowed(_))
    }

    /// A stretch of a text that stands in the file as it is.
    pub fn same(&self, range: &Range<usize>) -> Range<usize> {
        range.start + self.plain.mark..range.end + self.plain.mark
    }

    /// The place before the `<` at `at`.
    pub fn before(&mut self, at: usize) -> Option<usize> {
        let passed = self.passed(at, b'<')?;
        let place = self.skip(passed, b'<')?;
        let mark = self.find(place, b'<')?;
        (self.text_at, self.raw_at) = (at, mark);
        Some(mark)
    }

    /// The place behind the `>` that ends at `at`.
    pub fn behind(&mut self, at: usize) -> Option<usize> {
        let passed = self.passed(at, b'>')?;
        let place = self.skip(passed, b'>')?;
        (self.text_at, self.raw_at) = (at, place);
        Some(place)
    }

    /// Marks in the text from the last place up to `at`. In a file that is its own text, none
    /// is counted: the places are the same.
    fn passed(&mut self, at: usize, mark: u8) -> Option<usize> {
        if self.is_same() {
            self.raw_at = at + self.plain.mark;
            return Some(0);
        }
        let between = self.plain.text.get(self.text_at..at)?;
        Some(memchr::memchr_iter(mark, between).count())
    }

    /// The place behind so many marks more.
    fn skip(&self, marks: usize, mark: u8) -> Option<usize> {
        let mut place = self.raw_at;
        for _ in 0..marks {
            place = self.find(place, mark)? + self.plain.unit.width();
        }
        Some(place)
    }

    /// The next mark.
    fn find(&self, from: usize, mark: u8) -> Option<usize> {
        let rest = self.raw.get(from..)?;
        let unit = self.plain.unit;
        if unit == Unit::One {
            return memchr(mark, rest).map(|at| from + at);
        }
        let mut units = rest.chunks_exact(unit.width());
        let at = units.position(|bytes| unit.ascii(bytes) == mark)?;
        Some(from + at * unit.width())
    }

    /// Whether the bytes say the text.
    pub fn is_same_text(&self, range: &Range<usize>, text: &[u8]) -> bool {
        let Some(bytes) = self.raw.get(range.clone()) else {
            return false;
        };
        match (self.plain.unit, self.plain.encoding) {
            (Unit::Four(little), _) => of_utf32(bytes, little) == text,
            (_, None) => bytes == text,
            (_, Some(encoding)) => encoding.decode_without_bom_handling(bytes).0.as_bytes() == text,
        }
    }
}
