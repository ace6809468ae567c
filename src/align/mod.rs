//! Two texts side by side: what b kept, added, dropped, edited and moved.
//!
//! The stage knows two texts and nothing else. [`align`] is its table of
//! contents: `anchors`, `tokens`, `lcs` and `moves` match words, `exact` and `signs`
//! see to it that matched words are the same, `tidy` takes back what is no evidence,
//! `units` compares sentences and lines, `changes` lists what differs, `rows` sets all
//! units side by side, `script` replays the edits. `recut` cuts two texts alike first.
//!
//! Words are compared in their canonical form with the signs of amounts that belong to
//! them, so other punctuation, typography, case and wrapping make no difference here.

mod anchors;
mod changes;
mod exact;
mod lcs;
mod moves;
mod recut;
mod rows;
mod script;
mod side;
mod signs;
mod tidy;
mod tokens;
mod units;

pub use changes::{UnitChange, WordEdit};
pub use recut::align_alike;
pub use rows::{Row, RowOp, rows};
pub use script::{EditOp, apply, edit_script};
pub use side::{Side, Span};
pub(crate) use signs::signs_of;
pub use units::Status;

use std::ops::Range;

use crate::normalise::{Normalised, normalise};
use crate::segment::{Unit, segment};
use crate::shingle::word_hashes;
use anchors::Block;
use exact::{Rarity, exact_words};
use signs::without_other_signs;
use tokens::{Matching, Words};
use units::Linker;

/// A text with its tokens and units, ready to be aligned any number of times.
#[derive(Clone, Debug)]
pub struct PreparedText<'t> {
    /// The text as read.
    pub text: &'t str,
    /// Its tokens.
    pub normalised: Normalised,
    /// Its sentences and lines.
    pub units: Vec<Unit>,
    words: Vec<u64>,
    /// What signs belong to each token.
    signs: Vec<u32>,
    /// The tokens of each unit.
    unit_words: Vec<Range<usize>>,
}

impl<'t> PreparedText<'t> {
    /// Normalises and cuts a text.
    pub fn new(text: &'t str) -> Self {
        let normalised = normalise(text);
        let units = segment(text, &normalised);
        PreparedText::of_units(text, normalised, units)
    }

    /// A text that consists of these lines, which are its units; they are in order
    /// and white space stands between them.
    pub(crate) fn of_lines(text: &'t str, lines: &[Range<usize>]) -> Self {
        let normalised = normalise(text);
        let mut next = 0;
        let unit = |line: &Range<usize>| {
            let first_token = next;
            let tokens = normalised.tokens().iter().skip(next);
            next += tokens
                .take_while(|token| token.end as usize <= line.end)
                .count();
            Unit {
                start: line.start,
                end: line.end,
                first_token,
                end_token: next,
            }
        };
        let units = lines.iter().map(unit).collect();
        PreparedText::of_units(text, normalised, units)
    }

    fn of_units(text: &'t str, normalised: Normalised, units: Vec<Unit>) -> Self {
        let words = word_hashes(&normalised);
        let signs = signs::signs(text, &normalised);
        let unit_words = tokens_of(&units);
        PreparedText {
            text,
            normalised,
            units,
            words,
            signs,
            unit_words,
        }
    }

    /// The canonical words of some tokens, each with what signs belong to it: equal for
    /// passages that say the same to the letter, whatever their typography.
    pub(crate) fn wording(&self, tokens: Range<usize>) -> String {
        let words = self.normalised.words(tokens.start, tokens.end);
        let signs = self.signs(&tokens);
        if signs.iter().all(|&signs| signs == 0) {
            return words.to_string();
        }
        let word = |(token, signs): (usize, &u32)| match signs {
            0 => self.normalised.word(token).to_string(),
            signs => format!("{}\u{1F}{signs:x}", self.normalised.word(token)),
        };
        tokens.zip(signs).map(word).collect::<Vec<_>>().join(" ")
    }

    /// A number for what signs belong to each of some tokens, 0 for none.
    pub(crate) fn signs(&self, tokens: &Range<usize>) -> &[u32] {
        self.signs.get(tokens.clone()).unwrap_or_default()
    }

    /// The hash of each token's canonical form.
    pub fn words(&self) -> &[u64] {
        &self.words
    }
}

/// The tokens of each unit.
fn tokens_of(units: &[Unit]) -> Vec<Range<usize>> {
    let tokens = |unit: &Unit| unit.first_token..unit.end_token;
    units.iter().map(tokens).collect()
}

/// How two texts relate, word by word and unit by unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// The first text.
    pub a: Side,
    /// The second text.
    pub b: Side,
    /// What is not the same, by place in b.
    pub changes: Vec<UnitChange>,
    /// The sums.
    pub counts: Counts,
}

/// Sums over an alignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Units of b that are the same in a.
    pub units_same: usize,
    /// Units of b that are not in a.
    pub units_added: usize,
    /// Units of a that are not in b.
    pub units_dropped: usize,
    /// Edited places; a sentence cut in two and edited is one.
    pub units_edited: usize,
    /// Units of b that stand elsewhere in a.
    pub units_moved: usize,
    /// Words of b matched in order.
    pub words_same: usize,
    /// Words of b matched out of order.
    pub words_moved: usize,
    /// Words of b that are matched with none of a.
    pub words_added: usize,
    /// Words of a that are matched with none of b.
    pub words_dropped: usize,
    /// Length in words of the longest stretch that is the same in both texts.
    pub longest_run: usize,
    /// Pairs of stretches that were too large to compare word by word and were
    /// left unmatched. Zero for anything like an article.
    pub gaps_skipped: usize,
}

impl Counts {
    /// Matched words, in order or moved.
    pub fn words_matched(&self) -> usize {
        self.words_same + self.words_moved
    }

    /// Share of a's words that are matched; 0 for a text without words.
    pub fn coverage_a(&self) -> f64 {
        share(self.words_matched(), self.words_dropped)
    }

    /// Share of b's words that are matched; 0 for a text without words.
    pub fn coverage_b(&self) -> f64 {
        share(self.words_matched(), self.words_added)
    }
}

fn share(matched: usize, rest: usize) -> f64 {
    matched as f64 / (matched + rest).max(1) as f64
}

/// Letters that a single word needs to be evidence by itself.
const RARE_LETTERS: usize = 6;

/// Aligns two texts.
///
/// Cost: for articles linear in practice; at most the product of the unmatched
/// stretches over 64, each stretch bounded (see [`Counts::gaps_skipped`]).
///
/// # Examples
/// ```
/// use wirecopy::align::{PreparedText, Status, align};
/// let a = PreparedText::new("The river fell by two metres on Friday. Crews went home.");
/// let b = PreparedText::new("River news\nThe river fell by three metres\non Friday. Crews went home.");
/// let ops: Vec<Status> = align(&a, &b).changes.iter().map(|change| change.op).collect();
/// assert_eq!(ops, [Status::Added, Status::Edited]);
/// ```
pub fn align(a: &PreparedText<'_>, b: &PreparedText<'_>) -> Alignment {
    let matching = match_words(a, b, (&a.words, &b.words));
    let of_words = |run: &Block| {
        let (x, y) = (&a.normalised, &b.normalised);
        x.words(run.a, run.a_end()) == y.words(run.b, run.b_end())
    };
    let mut matching = if matching.runs.iter().chain(&matching.moved).all(of_words) {
        matching
    } else {
        let (a_words, b_words) = exact_words(&a.normalised, &b.normalised);
        match_words(a, b, (&a_words, &b_words))
    };
    matching.runs = without_other_signs(matching.runs, &a.signs, &b.signs);
    matching.moved = without_other_signs(matching.moved, &a.signs, &b.signs);
    let ends = (a.words.len(), b.words.len());
    let linker = Linker::new(a, b);
    let linked = linker.link(matching.runs, &matching.moved);
    let rows = changes::rows(&linker, &linked, &matching.moved);

    let side_a = Side::new(Status::Dropped, ends.0, rows.a, |side| {
        for run in &linked.runs {
            side.fill(run.a, run.b, run.len, false);
        }
        for run in &matching.moved {
            side.fill(run.a, run.b, run.len, true);
        }
    });
    let side_b = Side::new(Status::Added, ends.1, rows.b, |side| {
        for run in &linked.runs {
            side.fill(run.b, run.a, run.len, false);
        }
        for run in &matching.moved {
            side.fill(run.b, run.a, run.len, true);
        }
    });
    let words_same = linked.runs.iter().map(|run| run.len).sum();
    let words_moved = matching.moved.iter().map(|run| run.len).sum();
    let in_b = |status: Status| count(&b.units, &side_b, status);
    let counts = Counts {
        units_same: in_b(Status::Same),
        units_added: in_b(Status::Added),
        units_dropped: count(&a.units, &side_a, Status::Dropped),
        units_edited: rows
            .changes
            .iter()
            .filter(|change| change.op == Status::Edited)
            .count(),
        units_moved: in_b(Status::Moved),
        words_same,
        words_moved,
        words_added: ends.1 - words_same - words_moved,
        words_dropped: ends.0 - words_same - words_moved,
        longest_run: linked.runs.iter().map(|run| run.len).max().unwrap_or(0),
        gaps_skipped: matching.skipped,
    };
    Alignment {
        a: side_a,
        b: side_b,
        changes: rows.changes,
        counts,
    }
}

/// Matches the words of two texts, each with a number for every word, and takes
/// back what is no evidence.
///
/// Of several matchings that are equally good one is chosen by the order of the
/// texts; so they are put in an order of their own, and the matching of b with a
/// is that of a with b.
fn match_words(
    a: &PreparedText<'_>,
    b: &PreparedText<'_>,
    (words_a, words_b): (&[u64], &[u64]),
) -> Matching {
    let (in_a, in_b) = (&a.normalised, &b.normalised);
    if (in_b.len(), in_b.canonical()) < (in_a.len(), in_a.canonical()) {
        let mut matching = match_words(b, a, (words_b, words_a));
        for block in matching.runs.iter_mut().chain(&mut matching.moved) {
            (block.a, block.b) = (block.b, block.a);
        }
        matching.moved.sort_unstable_by_key(|block| block.b);
        return matching;
    }
    let of_a = Words {
        words: words_a,
        units: &a.unit_words,
    };
    let of_b = Words {
        words: words_b,
        units: &b.unit_words,
    };
    let (mut matching, [left_a, left_b]) = tokens::match_tokens(of_a, of_b);
    let rarity = Rarity::new(words_a, words_b);
    let starts = (unit_starts(a), unit_starts(b));
    // A rare word is evidence by itself, and so are units that are the same from end to end.
    let stands_alone = |run: &Block| {
        let whole_units =
            starts.0[run.a] && starts.0[run.a_end()] && starts.1[run.b] && starts.1[run.b_end()];
        let is_rare = |token: usize| {
            a.normalised.word(token).chars().count() >= RARE_LETTERS
                && rarity.is_single(words_a[token])
        };
        whole_units || (run.a..run.a_end()).any(is_rare)
    };
    let whole = (0..words_a.len(), 0..words_b.len());
    let runs = tidy::drop_chance(matching.runs, &whole, stands_alone);
    let runs = tidy::regrow(runs, &left_a, &left_b);
    matching.runs = tidy::slide(runs, (&left_a, &left_b), (&starts.0, &starts.1));
    moves::complete(of_a, of_b, &mut matching, stands_alone);
    moves::edited_moves(of_a, of_b, &mut matching, stands_alone);
    matching
}

/// Units with words that have a status.
fn count(units: &[Unit], side: &Side, status: Status) -> usize {
    units
        .iter()
        .zip(side.units())
        .filter(|&(unit, &own)| own == status && !unit.is_empty())
        .count()
}

/// For each token whether it begins a unit, and true for the end of the text.
fn unit_starts(text: &PreparedText<'_>) -> Vec<bool> {
    let mut starts = vec![false; text.normalised.len() + 1];
    for unit in &text.units {
        starts[unit.first_token] = true;
    }
    starts[text.normalised.len()] = true;
    starts
}

#[cfg(test)]
mod tests;
