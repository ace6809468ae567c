//! Where the marks of a reader stand: the words that differ, with what came or
//! went with them.

use std::ops::Range;

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};
use unicode_width::UnicodeWidthChar;

use super::marks::flow;
use super::spans::holds_right_to_left;
use crate::trace::Mark;

/// A text and the bytes of it that are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'a> Part<'a> {
    pub(super) fn new(text: &'a str, bytes: &Range<usize>) -> Self {
        let whole = text.get(bytes.clone()).is_some();
        let (start, end) = if whole {
            (bytes.start, bytes.end)
        } else {
            (0, 0)
        };
        Part { text, start, end }
    }

    pub(super) fn as_str(self) -> &'a str {
        self.slice(self.start..self.end)
    }

    pub(super) fn slice(self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }

    fn holds(self, range: &Range<usize>) -> bool {
        self.start <= range.start && range.end <= self.end
    }

    /// A range that cuts no grapheme cluster; grows to do so, but a point stays one.
    fn whole_clusters(self, range: &Range<usize>) -> Range<usize> {
        let length = self.end - self.start;
        let is_boundary = |at: usize| {
            let mut cursor = GraphemeCursor::new(at - self.start, length, true);
            cursor.is_boundary(self.as_str(), 0).unwrap_or(true)
        };
        let (mut start, mut end) = (range.start.max(self.start), range.end.min(self.end));
        while start > self.start && !(self.text.is_char_boundary(start) && is_boundary(start)) {
            start -= 1;
        }
        if range.is_empty() {
            return start..start;
        }
        while end < self.end && !(self.text.is_char_boundary(end) && is_boundary(end)) {
            end += 1;
        }
        start..end.max(start)
    }
}

/// The marks of a part as a reader would set them: in order, between grapheme
/// clusters, with the punctuation that came or went with the words, and of a
/// word that changed in part only that part.
pub(super) fn fitted(a: Part<'_>, b: Part<'_>, marks: &[Mark]) -> Vec<Mark> {
    let mut ends = (a.start, b.start);
    let mut list = Vec::with_capacity(marks.len());
    for mark in marks
        .iter()
        .filter(|mark| b.holds(&mark.copy) && a.holds(&mark.exemplar))
    {
        let (x, y) = (
            a.whole_clusters(&mark.exemplar),
            b.whole_clusters(&mark.copy),
        );
        let x = x.start.max(ends.0)..x.end.max(ends.0);
        let y = y.start.max(ends.1)..y.end.max(ends.1);
        let (x, y) = match (x.is_empty(), y.is_empty()) {
            (true, true) => continue,
            (false, true) => taken_out(a, x, b, y.start, ends),
            (true, false) => {
                let (y, x) = taken_out(b, y, a, x.start, (ends.1, ends.0));
                (x, y)
            }
            (false, false) => changed_part(a, x, b, y),
        };
        ends = (x.end.max(ends.0), y.end.max(ends.1));
        list.push(Mark {
            exemplar: x,
            copy: y,
        });
    }
    list
}

/// Words that only one text has, with what went with them, and the point in the
/// other where they would stand.
///
/// Of the two gaps beside the words the other text kept one; the other one went
/// with the words. "Orme, Ondria (Wire) - A" and "Orme - A" differ in ", Ondria
/// (Wire)"; where neither gap was kept, punctuation goes with the words.
fn taken_out(
    own: Part<'_>,
    words: Range<usize>,
    other: Part<'_>,
    point: usize,
    ends: (usize, usize),
) -> (Range<usize>, Range<usize>) {
    let (left, right) = (gap_before(own, words.start), gap_after(own, words.end));
    let (other_left, other_right) = (gap_before(other, point), gap_after(other, point));
    let kept = flow(other.slice(other_left..other_right));
    let closed = words.end + closing(own.slice(words.end..right));
    let at = |point: usize| point.max(ends.1)..point.max(ends.1);
    let from = |start: usize| start.max(ends.0);
    let is_first = left == own.start;
    for end in [words.end, closed] {
        if !is_first && flow(own.slice(end..right)) == kept {
            return (from(left)..end, at(other_left));
        }
    }
    if flow(own.slice(left..words.start)) == kept {
        return (from(words.start)..right, at(other_right));
    }
    let opening = |c: char| matches!(c, '(' | '[' | '"' | '“' | '‘' | '«');
    let opened = own.slice(left..words.start);
    let start = left + opened.trim_end_matches(opening).len();
    // White space that followed sets the words apart from what follows now.
    let rest = own.slice(closed..right);
    let spaced = closed + rest.len() - rest.trim_start().len();
    (from(start)..spaced, at(other_right))
}

/// Bytes of the punctuation that touches the words before it.
fn closing(gap: &str) -> usize {
    gap.find(char::is_whitespace).unwrap_or(gap.len())
}

/// Where the words before `at` end.
fn gap_before(part: Part<'_>, at: usize) -> usize {
    let before = part.slice(part.start..at);
    part.start + before.trim_end_matches(|c| !in_word(c)).len()
}

/// Where the words after `at` begin.
fn gap_after(part: Part<'_>, at: usize) -> usize {
    let after = part.slice(at..part.end);
    at + after.find(in_word).unwrap_or(after.len())
}

/// Letters and digits, and the marks upon them.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || (c.width() == Some(0) && !c.is_control())
}

/// Clusters that the beginnings of two words must share for the rest to be
/// marked alone, and of how long a word: less would mark `sa[-id-]{+ys+}`.
const STEM: usize = 3;
const LONG_WORD: usize = 4;

/// Of a word that became another only what differs, where they share their
/// beginning and at least half of the longer; or all of the shorter.
///
/// Right-to-left words stay whole: a sign within one would break the joining of
/// its letters.
fn changed_part(
    a: Part<'_>,
    x: Range<usize>,
    b: Part<'_>,
    y: Range<usize>,
) -> (Range<usize>, Range<usize>) {
    let (own, new) = (a.slice(x.clone()), b.slice(y.clone()));
    let is_word = |text: &str| !text.contains(char::is_whitespace) && !holds_right_to_left(text);
    if !is_word(own) || !is_word(new) {
        return (x, y);
    }
    let (left, right): (Vec<&str>, Vec<&str>) =
        (own.graphemes(true).collect(), new.graphemes(true).collect());
    let shorter = left.len().min(right.len());
    let prefix = left.iter().zip(&right).take_while(|(l, r)| l == r).count();
    let ends = left.iter().rev().zip(right.iter().rev());
    let suffix = ends
        .take(shorter - prefix)
        .take_while(|(l, r)| l == r)
        .count();
    let longer = left.len().max(right.len());
    let shared = prefix + suffix;
    let stem = prefix >= STEM && 2 * shared >= longer;
    let affix = shared == shorter && shorter >= STEM && 2 * shared >= longer;
    if longer < LONG_WORD || !(stem || affix) {
        return (x, y);
    }
    let bytes = |list: &[&str]| list.iter().map(|cluster| cluster.len()).sum::<usize>();
    let (from, to) = (bytes(&left[..prefix]), bytes(&left[left.len() - suffix..]));
    (x.start + from..x.end - to, y.start + from..y.end - to)
}
