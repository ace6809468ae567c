//! Two texts and their rows: what every page of a comparison asks for.

use std::ops::Range;

use super::entry::{kind_note, recut};
use super::fit::Part;
use super::fold::{Piece, fold};
use crate::align::{Row, RowOp};
use crate::pipeline::{PlacedUnit, WholeTexts};
use crate::trace::{Change, Mark, Place, Relation};
use crate::write::terminal::plural;

/// One of the two texts, by the name under which it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The key, or the path of a file.
    pub key: &'a str,
    /// The headline that its record has apart from the text.
    pub title: Option<&'a str>,
    /// The text.
    pub text: &'a str,
}

/// Two texts, named, with everything that was found of them.
#[derive(Clone, Copy, Debug)]
pub struct NamedPair<'a> {
    /// The text compared with.
    pub a: Named<'a>,
    /// The text that may have changed.
    pub b: Named<'a>,
    /// The two compared.
    pub whole: &'a WholeTexts,
}

impl<'a> NamedPair<'a> {
    /// The change that tells of a row.
    pub(super) fn change(&self, row: &Row) -> Option<&'a Change> {
        row.change
            .and_then(|index| self.whole.compared.changes.get(index))
    }

    pub(super) fn marks(&self, row: &Row) -> &'a [Mark] {
        self.change(row).map_or(&[], |change| &change.marks)
    }

    /// The text of a row's units in a. Of what was moved here it is the text at
    /// the old place, for its marks.
    pub(super) fn part_a(&self, row: &Row) -> Part<'a> {
        match (row.op, self.change(row)) {
            (RowOp::MovedHere, Some(change)) => Part::new(self.a.text, &change.in_exemplar.bytes),
            _ => Part::new(self.a.text, &bytes(&self.whole.a, &row.a)),
        }
    }

    /// The text of a row's units in b; of what was moved away the text at the new place.
    pub(super) fn part_b(&self, row: &Row) -> Part<'a> {
        match (row.op, self.change(row)) {
            (RowOp::MovedAway, Some(change)) => Part::new(self.b.text, &change.in_copy.bytes),
            _ => Part::new(self.b.text, &bytes(&self.whole.b, &row.b)),
        }
    }

    pub(super) fn line_a(&self, row: &Row) -> Option<usize> {
        line(&self.whole.a, &row.a)
    }

    pub(super) fn line_b(&self, row: &Row) -> Option<usize> {
        line(&self.whole.b, &row.b)
    }

    /// The greatest line number of both.
    pub(super) fn last_line(&self) -> usize {
        let last = |units: &[PlacedUnit]| units.last().and_then(|unit| line_of(&unit.place));
        last(&self.whole.a).max(last(&self.whole.b)).unwrap_or(1)
    }

    /// What is shown of the rows.
    pub(super) fn pieces(&self, context: Option<usize>) -> Vec<Piece> {
        let rows = &self.whole.rows;
        let changed = |row: usize| rows.get(row).is_some_and(|row| row.op != RowOp::Same);
        fold(rows.len(), changed, context)
    }

    /// What is to be said of a row beside its text.
    pub(super) fn notes(&self, row: &Row) -> Vec<String> {
        let mut notes = Vec::new();
        let change = self.change(row);
        match (row.op, change) {
            (RowOp::MovedHere, Some(change)) => {
                notes.push(format!(
                    "from line {} of A",
                    line_of(&change.in_exemplar).unwrap_or(1)
                ));
            }
            (RowOp::MovedAway, Some(change)) => {
                notes.push(format!(
                    "to line {} of B",
                    line_of(&change.in_copy).unwrap_or(1)
                ));
                return notes;
            }
            _ => {}
        }
        notes.extend(
            change
                .and_then(|change| kind_note(change.kind))
                .map(str::to_string),
        );
        notes.extend(recut(
            self.sentences(&self.whole.a, &row.a),
            self.sentences(&self.whole.b, &row.b),
        ));
        notes
    }

    fn sentences(&self, units: &[PlacedUnit], range: &Range<usize>) -> usize {
        let units = units.get(range.clone()).unwrap_or(&[]);
        units.iter().filter(|unit| unit.words > 0).count()
    }

    /// Units with words of some rows, in b or, for those that b lacks, in a.
    pub(super) fn count<'r>(&self, rows: impl IntoIterator<Item = &'r Row>) -> usize {
        let rows = rows.into_iter();
        rows.map(|row| match row.op {
            RowOp::Dropped | RowOp::MovedAway => self.sentences(&self.whole.a, &row.a),
            _ => self.sentences(&self.whole.b, &row.b),
        })
        .sum()
    }

    /// What became of a's text, in a sentence or two.
    pub(super) fn summary(&self) -> String {
        let compared = &self.whole.compared;
        let said = match compared.relation {
            Relation::Identical => "The texts are the same, byte for byte.".to_string(),
            Relation::Reformatted => "The texts have the same words; wrapping, punctuation, \
                typography or case differ."
                .to_string(),
            _ => self.what_b_did(),
        };
        match compared.stretches_cut {
            0 => said,
            cut => {
                let cut = plural(cut, "passage");
                format!("{said} Too large to compare word by word: {cut}.")
            }
        }
    }

    fn what_b_did(&self) -> String {
        let of = |op: RowOp| self.whole.rows.iter().filter(move |row| row.op == op);
        let in_a = |op| {
            of(op)
                .map(|row| self.sentences(&self.whole.a, &row.a))
                .sum::<usize>()
        };
        let (same, edited) = (in_a(RowOp::Same), in_a(RowOp::Edited));
        let (moved, dropped) = (in_a(RowOp::MovedAway), in_a(RowOp::Dropped));
        let all = same + edited + moved + dropped;
        let how_many = |verb: &str, count: usize, rest: &str| match count {
            0 => None,
            // Of one sentence there is nothing to count.
            _ if all == 1 => Some(verb.to_string()),
            _ if count == all => Some(format!("{verb} all{rest}")),
            _ => Some(format!("{verb} {count}{rest}")),
        };
        let done: Vec<String> = [
            how_many("keeps", same, " as they are"),
            how_many("edits", edited, ""),
            how_many("moves", moved, ""),
            how_many("drops", dropped, ""),
        ]
        .into_iter()
        .flatten()
        .collect();
        let added = match self.count(of(RowOp::Added)) {
            0 => "adds none".to_string(),
            count => format!("adds {count} of its own"),
        };
        match all {
            0 => format!("A has no words. B {added}."),
            1 => format!("B {} A’s only sentence. It {added}.", listed(&done)),
            _ => format!(
                "Of A’s {all} sentences and lines B {}. It {added}.",
                listed(&done)
            ),
        }
    }

    /// The numbers behind the summary.
    pub(super) fn figures(&self) -> String {
        let compared = &self.whole.compared;
        let numbers = &compared.comparison;
        format!(
            "{}; words: {} dropped, {} added; Jaccard {:.4}, longest run {} words",
            compared.relation.code(),
            numbers.words_dropped,
            numbers.words_added,
            numbers.jaccard,
            numbers.longest_run_words
        )
    }
}

/// "x", "x and y", "x, y and z".
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// From the first to the last byte of some units.
fn bytes(units: &[PlacedUnit], range: &Range<usize>) -> Range<usize> {
    match units.get(range.clone()) {
        Some([first, .., last]) => first.place.bytes.start..last.place.bytes.end,
        Some([only]) => only.place.bytes.clone(),
        _ => 0..0,
    }
}

fn line(units: &[PlacedUnit], range: &Range<usize>) -> Option<usize> {
    let first = units.get(range.clone()).and_then(<[PlacedUnit]>::first)?;
    line_of(&first.place)
}

pub(super) fn line_of(place: &Place) -> Option<usize> {
    place.line_column.map(|(line, _)| line)
}
