//! Text to units: the sentences and lines that a reader would name.
//!
//! Two copies of an article seldom share their line ends: one is a paragraph a
//! line, another one line, a third hard-wrapped at 65 columns. So a line end
//! counts only where it means something. [`lines`](LineIndex) finds the lines,
//! `blocks` joins those that a hard wrap cut apart, `sentences` divides what
//! remains. The same article then gives the same units however it is wrapped.
//!
//! Whether two sentences are told apart "rightly" matters less here than that
//! two copies are cut alike. Every decision about a sentence end therefore looks
//! only at the words beside it, never at a quotation mark 300 words away.
//!
//! The rules are our own; words that decide about a period are data in
//! `abbreviations`. sentencex 0.1.33 was the alternative: it finds 43 of the 48
//! English golden rules of the Pragmatic Segmenter, UAX #29 finds 28, these rules
//! find all, and 74 of the 96 cases in the tests (which were written beside the
//! rules and all pass, so that is no contest). What decided is that line ends and
//! quotation marks move its boundaries: it knows no paragraph without a blank
//! line, and pairs quotation marks over any distance. `tests/units.rs` measures both.

mod abbreviations;
mod blocks;
mod dateline;
mod items;
mod kind;
mod lines;
mod marks;
mod phrases;
mod quote;
mod sentences;

pub use dateline::dateline;
pub use kind::{Kind, Kinds, ends_a_sentence, kinds};
pub use lines::LineIndex;
pub use phrases::is_figure;

use crate::normalise::Normalised;
use blocks::{Casing, blocks};

/// A sentence or a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// First byte of its visible content in the original text.
    pub start: usize,
    /// One past the last byte of its visible content.
    pub end: usize,
    /// Index of its first token.
    pub first_token: usize,
    /// One past the index of its last token; equal to `first_token` for a line
    /// of symbols such as `* * *`.
    pub end_token: usize,
}

impl Unit {
    /// Its number of tokens.
    pub fn len(&self) -> usize {
        self.end_token - self.first_token
    }

    /// True for a unit of symbols only.
    pub fn is_empty(&self) -> bool {
        self.first_token == self.end_token
    }
}

/// Cuts a text into units.
///
/// `normalised` must come from the same text. Units are ordered and disjoint,
/// begin and end with a visible character, and have only white space between
/// them; every token belongs to exactly one unit, by its last byte. A line of
/// symbols between sentences is a unit without tokens.
///
/// Cost: two passes over the text, plus a sort of its line widths.
///
/// # Examples
/// ```
/// use wirecopy::{normalise::normalise, segment::segment};
/// let text = "Rain ends\nGen. Adu spoke on Sept. 3. \"It is\nover.\" He left.";
/// let units = segment(text, &normalise(text));
/// let shown: Vec<&str> = units.iter().map(|unit| &text[unit.start..unit.end]).collect();
/// assert_eq!(shown, ["Rain ends", "Gen. Adu spoke on Sept. 3.", "\"It is\nover.\"", "He left."]);
/// ```
pub fn segment(text: &str, normalised: &Normalised) -> Vec<Unit> {
    let casing = Casing::of(text);
    let mut units = Vec::new();
    let mut next = 0;
    let tokens = normalised.tokens();
    for block in blocks(text, casing) {
        sentences::split(text, block, casing, |sentence| {
            let first_token = next;
            // By its end, not its start: a mark without a base letter is a token
            // that begins at the white space before it.
            while tokens
                .get(next)
                .is_some_and(|token| token.end as usize <= sentence.end)
            {
                next += 1;
            }
            units.push(Unit {
                start: sentence.start,
                end: sentence.end,
                first_token,
                end_token: next,
            });
        });
    }
    units
}

#[cfg(test)]
mod tests;
