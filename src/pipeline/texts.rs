//! Two texts compared: the numbers, the changes, and every unit of both.

use std::ops::Range;

use super::doc;
use super::kinds::{Side, kind};
use super::rows::words_relation;
use crate::align::{Alignment, PreparedText, Row, Status, UnitChange, align, align_alike, rows};
use crate::config::Settings;
use crate::normalise::normalise;
use crate::segment::{Kind, LineIndex, Unit};
use crate::shingle::{ShingleSet, shingles};
use crate::trace::{Change, Comparison, LineCounts, Mark, Op, Place, Relation};
use crate::verify::{containment, jaccard, longest_run, overlap};

/// A text with the headline that its record has apart from it.
#[derive(Clone, Copy, Debug)]
pub struct Titled<'a> {
    /// The headline.
    pub title: Option<&'a str>,
    /// The text.
    pub text: &'a str,
}

impl<'a> From<&'a str> for Titled<'a> {
    fn from(text: &'a str) -> Self {
        Titled { title: None, text }
    }
}

/// Two texts compared: the numbers, the changes and the relation of the second
/// to the first.
#[derive(Debug)]
pub struct ComparedTexts {
    /// Exact values and counts.
    pub comparison: Comparison,
    /// What the second changed, by place; ids of documents are left at zero.
    pub changes: Vec<Change>,
    /// What the second is to the first.
    pub relation: Relation,
    /// Stretches that were too large to be compared word by word.
    pub stretches_cut: usize,
}

/// Sets a copy beside its exemplar.
///
/// ```
/// use wirecopy::{config::Settings, pipeline::{compare_texts, Titled}, trace::Op};
/// let a = Titled::from("The bridge is shut.\nTraffic goes round by Orme.");
/// let b = Titled::from("The bridge is shut.\nTraffic goes round by Orme.\nRead more");
/// let compared = compare_texts(a, b, &Settings::default());
/// assert_eq!(compared.changes[0].op, Op::Added);
/// assert_eq!(compared.changes[0].in_copy.line_column, Some((3, 1)));
/// ```
pub fn compare_texts(exemplar: Titled<'_>, copy: Titled<'_>, settings: &Settings) -> ComparedTexts {
    compare_pages(exemplar, copy, [&[]; 2], settings)
}

/// [`compare_texts`] of two pages whose outlets repeat the units of these hashes.
pub(super) fn compare_pages(
    exemplar: Titled<'_>,
    copy: Titled<'_>,
    furniture: [&[u64]; 2],
    settings: &Settings,
) -> ComparedTexts {
    let (mut a, mut b) = (
        PreparedText::new(exemplar.text),
        PreparedText::new(copy.text),
    );
    let aligned = align_alike(&mut a, &mut b);
    compare_aligned((exemplar, &a), (copy, &b), furniture, &aligned, settings)
}

/// Two texts compared, with what is the same in both: everything that a page
/// that shows them needs.
#[derive(Debug)]
pub struct WholeTexts {
    /// What [`compare_texts`] says.
    pub compared: ComparedTexts,
    /// Every unit of both texts, side by side; their changes are those of
    /// `compared`.
    pub rows: Vec<Row>,
    /// The units of the first text.
    pub a: Vec<PlacedUnit>,
    /// The units of the second.
    pub b: Vec<PlacedUnit>,
}

/// A sentence or line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedUnit {
    /// Where it stands.
    pub place: Place,
    /// Its words; none for a line of symbols.
    pub words: usize,
}

/// Sets a copy beside its exemplar, as [`compare_texts`], and keeps the rest.
///
/// ```
/// use wirecopy::{align::RowOp, config::Settings, pipeline::compare_whole};
/// let a = "The bridge is shut.\nTraffic goes round by Orme.";
/// let b = "The bridge is shut.\nTraffic goes round by Orme.\nRead more";
/// let whole = compare_whole(a.into(), b.into(), &Settings::default());
/// let ops: Vec<RowOp> = whole.rows.iter().map(|row| row.op).collect();
/// assert_eq!(ops, [RowOp::Same, RowOp::Same, RowOp::Added]);
/// assert_eq!(whole.b[2].place.line_column, Some((3, 1)));
/// ```
pub fn compare_whole(exemplar: Titled<'_>, copy: Titled<'_>, settings: &Settings) -> WholeTexts {
    compare_whole_pages(exemplar, copy, [&[]; 2], settings)
}

/// [`compare_whole`] of two pages whose outlets repeat the units of these hashes.
pub(super) fn compare_whole_pages(
    exemplar: Titled<'_>,
    copy: Titled<'_>,
    furniture: [&[u64]; 2],
    settings: &Settings,
) -> WholeTexts {
    let (mut a, mut b) = (
        PreparedText::new(exemplar.text),
        PreparedText::new(copy.text),
    );
    let aligned = align_alike(&mut a, &mut b);
    WholeTexts {
        compared: compare_aligned((exemplar, &a), (copy, &b), furniture, &aligned, settings),
        rows: rows(&a, &b, &aligned),
        a: placed(&a),
        b: placed(&b),
    }
}

fn placed(text: &PreparedText<'_>) -> Vec<PlacedUnit> {
    let lines = LineIndex::new(text.text);
    let unit = |unit: &Unit| PlacedUnit {
        place: Place {
            bytes: unit.start..unit.end,
            line_column: Some(lines.place(unit.start)),
        },
        words: unit.len(),
    };
    text.units.iter().map(unit).collect()
}

fn compare_aligned(
    (exemplar, a): (Titled<'_>, &PreparedText<'_>),
    (copy, b): (Titled<'_>, &PreparedText<'_>),
    [exemplar_furniture, copy_furniture]: [&[u64]; 2],
    aligned: &Alignment,
    settings: &Settings,
) -> ComparedTexts {
    let (list_a, list_b) = (
        shingles(&a.normalised, settings.width),
        shingles(&b.normalised, settings.width),
    );
    let (set_a, set_b) = (ShingleSet::of(&list_a), ShingleSet::of(&list_b));
    let (size_a, size_b) = (set_a.len() as u32, set_b.len() as u32);
    let shared = overlap(&set_a, &set_b);
    let sides = (
        Side::new(a, exemplar.title, exemplar_furniture),
        Side::new(b, copy.title, copy_furniture),
    );
    let kind = |change: &UnitChange| kind(&sides.0, &sides.1, change);
    let changes = changes(a, b, aligned, kind);
    let of_op = |op: Op| changes.iter().filter(|change| change.op == op).count() as u64;
    let counts = &aligned.counts;
    let (added, dropped) = (counts.words_added as u64, counts.words_dropped as u64);
    let comparison = Comparison {
        jaccard: jaccard(shared, size_a, size_b),
        containment_in_exemplar: containment(shared, size_b),
        containment_of_exemplar: containment(shared, size_a),
        longest_run_words: longest_run(&list_a, &list_b),
        lines: LineCounts {
            same: counts.units_same as u64,
            added: of_op(Op::Added),
            dropped: of_op(Op::Dropped),
            edited: of_op(Op::Edited),
            moved: of_op(Op::Moved),
        },
        words_added: added,
        words_dropped: dropped,
        headline_changed: titles_differ(exemplar, copy)
            .unwrap_or_else(|| starts_differ(a, b, aligned)),
    };
    let relation = if exemplar.text == copy.text {
        Relation::Identical
    } else {
        words_relation(added, dropped, counts.words_moved > 0)
    };
    ComparedTexts {
        comparison,
        changes,
        relation,
        stretches_cut: counts.gaps_skipped,
    }
}

/// Units with words of a text.
pub(super) fn units_of(text: &str) -> u64 {
    let units = PreparedText::new(text).units;
    units.iter().filter(|unit| !unit.is_empty()).count() as u64
}

/// What [`compare_texts`] says of two texts with the same words, without
/// aligning them: a page may have a million copies.
pub(super) fn same_words(
    exemplar: Titled<'_>,
    copy: Titled<'_>,
    words: u32,
    units: u64,
) -> ComparedTexts {
    let same = exemplar.text == copy.text;
    ComparedTexts {
        comparison: Comparison {
            jaccard: 1.0,
            containment_in_exemplar: 1.0,
            containment_of_exemplar: 1.0,
            longest_run_words: words,
            lines: LineCounts {
                same: units,
                ..LineCounts::default()
            },
            headline_changed: titles_differ(exemplar, copy).unwrap_or(false),
            ..Comparison::default()
        },
        changes: Vec::new(),
        relation: if same {
            Relation::Identical
        } else {
            Relation::Reformatted
        },
        stretches_cut: 0,
    }
}

/// Whether two titles are of other words; `None` where one of the texts has none.
fn titles_differ(exemplar: Titled<'_>, copy: Titled<'_>) -> Option<bool> {
    let (x, y) = exemplar.title.zip(copy.title)?;
    Some(normalise(x).canonical() != normalise(y).canonical())
}

/// Whether the first line with words of either text is not the same in both.
fn starts_differ(a: &PreparedText<'_>, b: &PreparedText<'_>, aligned: &Alignment) -> bool {
    let differs = |text: &PreparedText<'_>, status: &[Status]| {
        let first = text.units.iter().position(|unit| !unit.is_empty());
        first.is_some_and(|first| status.get(first) != Some(&Status::Same))
    };
    differs(a, aligned.a.units()) || differs(b, aligned.b.units())
}

fn changes(
    a: &PreparedText<'_>,
    b: &PreparedText<'_>,
    aligned: &Alignment,
    kind: impl Fn(&UnitChange) -> Kind,
) -> Vec<Change> {
    if aligned.changes.is_empty() {
        return Vec::new();
    }
    let (lines_a, lines_b) = (LineIndex::new(a.text), LineIndex::new(b.text));
    let place = |bytes: &Range<usize>, lines: &LineIndex<'_>| Place {
        bytes: bytes.clone(),
        line_column: (!bytes.is_empty()).then(|| lines.place(bytes.start)),
    };
    let row = |change: &UnitChange| {
        let op = match change.op {
            Status::Added => Op::Added,
            Status::Dropped => Op::Dropped,
            Status::Moved => Op::Moved,
            Status::Edited | Status::Same => Op::Edited,
        };
        Change {
            group: None,
            exemplar: doc(0),
            copy: doc(0),
            op,
            kind: kind(change),
            in_exemplar: place(&change.a, &lines_a),
            in_copy: place(&change.b, &lines_b),
            hunk: change.hunk as u32,
            marks: change
                .words
                .iter()
                .map(|edit| {
                    let (x, y) = (a.signs(&edit.a), b.signs(&edit.b));
                    let said = |signs: &'_ [u32]| -> Vec<u32> {
                        signs.iter().copied().filter(|&sign| sign != 0).collect()
                    };
                    let other_signs = !x.is_empty() && !y.is_empty() && said(x) != said(y);
                    let bytes = if other_signs {
                        signed_bytes
                    } else {
                        token_bytes
                    };
                    Mark {
                        exemplar: bytes(a, &edit.a, &change.a),
                        copy: bytes(b, &edit.b, &change.b),
                    }
                })
                .collect(),
        }
    };
    aligned.changes.iter().map(row).collect()
}

/// The words that differ between two wordings of one line; `None` where they
/// have too little in common.
pub(crate) fn line_marks(a: &str, b: &str) -> Option<Vec<Mark>> {
    let whole = |text| PreparedText::of_lines(text, std::slice::from_ref(&(0..text.len())));
    let (a, b) = (whole(a), whole(b));
    let of_words = |_: &UnitChange| Kind::Body;
    match changes(&a, &b, &align(&a, &b), of_words).as_mut_slice() {
        [change] if matches!(change.op, Op::Edited | Op::Moved) => {
            Some(std::mem::take(&mut change.marks))
        }
        _ => None,
    }
}

/// The bytes of tokens with all that touches them or stands before the next: their
/// signs differ from those of the other side.
fn signed_bytes(
    text: &PreparedText<'_>,
    tokens: &Range<usize>,
    unit: &Range<usize>,
) -> Range<usize> {
    let own = token_bytes(text, tokens, unit);
    let list = text.normalised.tokens();
    let before = tokens
        .start
        .checked_sub(1)
        .and_then(|before| list.get(before));
    let before = before.map_or(0, |token| token.end as usize).max(unit.start);
    let after = list
        .get(tokens.end)
        .map_or(text.text.len(), |token| token.start as usize);
    let after = after.min(unit.end);
    let touching = text.text.get(before..own.start).unwrap_or("");
    let touching = touching.len()
        - touching.rfind(char::is_whitespace).map_or(0, |at| {
            at + touching[at..].chars().next().map_or(0, char::len_utf8)
        });
    let gap = text.text.get(own.end..after).unwrap_or("");
    let behind = match gap.rfind(char::is_whitespace) {
        _ if after == unit.end => gap,
        Some(at) => gap.get(..at).unwrap_or(""),
        // "1.5": what stands between belongs to the 5.
        None => "",
    };
    let behind = behind.trim_end();
    own.start - touching..own.end + behind.len()
}

/// The bytes of a token range within a unit; for an empty one the point before the
/// next token, or the end of the unit.
fn token_bytes(
    text: &PreparedText<'_>,
    tokens: &Range<usize>,
    unit: &Range<usize>,
) -> Range<usize> {
    let list = text.normalised.tokens();
    // A mark without a letter begins at the white space before its unit.
    let bytes = |first: usize, last: usize| {
        first.clamp(unit.start, unit.end)..last.clamp(unit.start, unit.end)
    };
    match list.get(tokens.clone()) {
        Some([first, .., last]) => bytes(first.start as usize, last.end as usize),
        Some([only]) => bytes(only.start as usize, only.end as usize),
        _ => {
            let next = list
                .get(tokens.start)
                .map_or(unit.end, |token| token.start as usize);
            bytes(next, next)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stay_within_their_unit() {
        for (a, b) in [
            ("café", " \u{1161} café"),
            ("a b", "a\n\u{301}x b"),
            ("t.fell U", "n't.r\n\u{301}\nfell U"),
        ] {
            let compared = compare_texts(a.into(), b.into(), &Settings::default());
            for change in &compared.changes {
                let (x, y) = (&change.in_exemplar.bytes, &change.in_copy.bytes);
                for mark in &change.marks {
                    assert!(x.start <= mark.exemplar.start && mark.exemplar.end <= x.end);
                    assert!(y.start <= mark.copy.start && mark.copy.end <= y.end);
                }
            }
        }
    }

    #[test]
    fn the_short_way_says_what_the_alignment_says() {
        let text = "Rain at last\n\nIt rained in Orme on Monday. The river rose by a foot. * * *\nNobody was hurt.";
        let a = Titled::from(text);
        for copy in [
            text.to_string(),
            text.replace('\n', " "),
            text.to_uppercase(),
            text.replace(". ", "!\n"),
        ] {
            let b = Titled::from(copy.as_str());
            let long = compare_texts(a, b, &Settings::default());
            let words = normalise(b.text).len() as u32;
            let short = same_words(a, b, words, units_of(b.text));
            assert_eq!(short.comparison, long.comparison, "{:?}", b.text);
            assert_eq!(
                (short.relation, &short.changes),
                (long.relation, &long.changes)
            );
        }
    }
}
