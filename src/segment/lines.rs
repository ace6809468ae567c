//! Line ends, and the way from a byte to its line and column.

use std::ops::Range;

/// Bytes between two stored code point counts: bounds the cost of a column in a
/// text that is one long line.
const STRIDE: usize = 1024;

/// The content of every line in order, without its line end. Lines end at LF,
/// CRLF or CR; the last needs none.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        let start = at;
        let length = bytes[start..]
            .iter()
            .position(|&byte| byte == b'\n' || byte == b'\r');
        let Some(length) = length else {
            done = true;
            return Some(start..bytes.len());
        };
        let end = start + length;
        at = end + line_end_length(&bytes[end..]);
        Some(start..end)
    })
}

fn line_end_length(rest: &[u8]) -> usize {
    match rest {
        [b'\r', b'\n', ..] => 2,
        _ => 1,
    }
}

/// Byte offset to line and column, built once per text.
///
/// Lines end at LF, CRLF or CR; a line end belongs to the line that it ends.
#[derive(Clone, Debug)]
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// Code points before byte `i * STRIDE`.
    counts: Vec<usize>,
}

impl<'t> LineIndex<'t> {
    /// Reads the whole text once.
    pub fn new(text: &'t str) -> Self {
        let mut total = 0;
        let mut counts = vec![0];
        for piece in text.as_bytes().chunks(STRIDE) {
            total += code_points(piece);
            counts.push(total);
        }
        LineIndex {
            text,
            starts: lines(text).map(|line| line.start).collect(),
            counts,
        }
    }

    /// Line and column of a byte, both from 1; columns count code points. An
    /// offset past the end is taken as the end, one inside a character as the
    /// character. Cost: a search among the lines and at most 2 KiB of counting.
    ///
    /// # Examples
    /// ```
    /// use wirecopy::segment::LineIndex;
    /// let index = LineIndex::new("é1\r\nab");
    /// assert_eq!(index.place(2), (1, 2));
    /// assert_eq!(index.place(6), (2, 2));
    /// ```
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts[line.max(1) - 1];
        (line.max(1), self.before(offset) - self.before(start) + 1)
    }

    /// Number of lines; a text that ends with a line end has an empty last one.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// Code points before `offset`.
    fn before(&self, offset: usize) -> usize {
        let stride = offset / STRIDE;
        self.counts[stride] + code_points(&self.text.as_bytes()[stride * STRIDE..offset])
    }
}

/// Bytes that begin a code point.
fn code_points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| (byte as i8) >= -0x40).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Character by character, from the start.
    fn naive(text: &str, offset: usize) -> (usize, usize) {
        let (mut line, mut column) = (1, 1);
        let mut previous = None;
        for (at, c) in text.char_indices() {
            let ended = match previous {
                Some('\n') => true,
                Some('\r') => c != '\n',
                _ => false,
            };
            if ended {
                (line, column) = (line + 1, 1);
            }
            if at + c.len_utf8() > offset {
                return (line, column);
            }
            column += 1;
            previous = Some(c);
        }
        if matches!(previous, Some('\n' | '\r')) {
            (line, column) = (line + 1, 1);
        }
        (line, column)
    }

    #[test]
    fn all_three_line_ends() {
        let found: Vec<_> = lines("a\nb\r\nc\rd\n").collect();
        assert_eq!(found, [0..1, 2..3, 5..6, 7..8, 9..9]);
        assert_eq!(LineIndex::new("").place(0), (1, 1));
        assert_eq!(LineIndex::new("").place(9), (1, 1));
    }

    #[test]
    fn long_lines_cross_strides() {
        let text = "ñandú ".repeat(2_000);
        let index = LineIndex::new(&text);
        for offset in (0..=text.len()).step_by(37) {
            assert_eq!(index.place(offset), naive(&text, offset));
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_twin(text in "[a\r\nné水🙂]{0,30}") {
            let index = LineIndex::new(&text);
            for offset in 0..=text.len() {
                prop_assert_eq!(index.place(offset), naive(&text, offset), "offset {}", offset);
            }
        }
    }
}
