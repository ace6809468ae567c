//! Both texts whole, as the rows of one list: what a reader sees.

use std::ops::Range;

use super::{Alignment, PreparedText, Status, UnitChange};

/// What a row says of its units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowOp {
    /// In both texts, word for word.
    Same,
    /// Only in b.
    Added,
    /// Only in a.
    Dropped,
    /// In both, with other words in part.
    Edited,
    /// Stands here in b and elsewhere in a.
    MovedHere,
    /// Stood here in a and is elsewhere in b.
    MovedAway,
}

/// Units of a, of b, or of both that stand side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What became of them.
    pub op: RowOp,
    /// Unit indices in a; empty at the insertion point where a has nothing here.
    pub a: Range<usize>,
    /// Unit indices in b; empty at the insertion point where b has nothing here.
    pub b: Range<usize>,
    /// Index of the change that tells of them, for all but the same. A line of
    /// symbols beside an added, dropped or moved unit has none.
    pub change: Option<usize>,
}

/// Every unit of both texts exactly once, in an order that keeps both.
///
/// Between units that both texts have in order, those of a come first. A moved
/// unit is two rows: one where it stands in b and one where it stood in a. A
/// line of symbols has no words to match; it may be a same row of one side.
///
/// Cost: one pass over words, units and changes.
///
/// # Examples
/// ```
/// use wirecopy::align::{PreparedText, RowOp, align, rows};
/// let a = PreparedText::new("The river fell by two metres. Crews went home.");
/// let b = PreparedText::new("The river fell by two metres. Schools are open again. Crews went home.");
/// let ops: Vec<RowOp> = rows(&a, &b, &align(&a, &b)).iter().map(|row| row.op).collect();
/// assert_eq!(ops, [RowOp::Same, RowOp::Added, RowOp::Same]);
/// ```
pub fn rows(a: &PreparedText<'_>, b: &PreparedText<'_>, alignment: &Alignment) -> Vec<Row> {
    let changes = &alignment.changes;
    let of_a = owners(changes, alignment.a.units(), |change| &change.a_units);
    let of_b = owners(changes, alignment.b.units(), |change| &change.b_units);
    let mut writer = Writer {
        statuses: (alignment.a.units(), alignment.b.units()),
        owners: (&of_a, &of_b),
        next: (0, 0),
        rows: Vec::new(),
    };
    for both in backbone(a, b, alignment) {
        writer.until(both.a.start, both.b.start);
        writer.next = (both.a.end, both.b.end);
        writer.rows.push(both);
    }
    writer.until(a.units.len(), b.units.len());
    writer.rows
}

/// For each unit the first change of its status that holds it.
fn owners(
    changes: &[UnitChange],
    statuses: &[Status],
    units: impl Fn(&UnitChange) -> &Range<usize>,
) -> Vec<Option<usize>> {
    let mut owners = vec![None; statuses.len()];
    for (index, change) in changes.iter().enumerate() {
        for unit in units(change).clone() {
            if let (Some(owner @ None), Some(status)) = (owners.get_mut(unit), statuses.get(unit))
                && *status == change.op
            {
                *owner = Some(index);
            }
        }
    }
    owners
}

/// Rows of both texts, in order in both: edited units by their changes, the same
/// by the words that they share.
fn backbone(a: &PreparedText<'_>, b: &PreparedText<'_>, alignment: &Alignment) -> Vec<Row> {
    let mut both: Vec<Row> = same(a, b, alignment);
    for (index, change) in alignment.changes.iter().enumerate() {
        if change.op == Status::Edited {
            both.push(Row {
                op: RowOp::Edited,
                a: change.a_units.clone(),
                b: change.b_units.clone(),
                change: Some(index),
            });
        }
    }
    both.sort_by_key(|row| (row.b.start, row.a.start));
    // By construction nothing crosses; what did would be shown on each side alone.
    let mut end = (0, 0);
    both.retain(|row| {
        let keeps = row.a.start >= end.0 && row.b.start >= end.1;
        if keeps {
            end = (row.a.end, row.b.end);
        }
        keeps
    });
    both
}

/// Same units of b with those of a that hold their words.
fn same(a: &PreparedText<'_>, b: &PreparedText<'_>, alignment: &Alignment) -> Vec<Row> {
    let (in_a, in_b) = (alignment.a.units(), alignment.b.units());
    let is_same = |statuses: &[Status], unit: usize| statuses.get(unit) == Some(&Status::Same);
    let mut both: Vec<Row> = Vec::new();
    // Partners in order only ever go on, so the unit of a is found by stepping.
    let mut of_a = 0;
    for (unit, tokens) in b.units.iter().enumerate() {
        if !is_same(in_b, unit) {
            continue;
        }
        for token in tokens.first_token..tokens.end_token {
            let partner = alignment.b.partner(token);
            let Some(partner) = partner.filter(|_| !alignment.b.is_moved(token)) else {
                continue;
            };
            while a
                .units
                .get(of_a)
                .is_some_and(|own| own.end_token <= partner)
            {
                of_a += 1;
            }
            if !is_same(in_a, of_a) {
                continue;
            }
            match both.last_mut() {
                Some(last) if last.a.end > of_a || last.b.end > unit => {
                    last.a.end = last.a.end.max(of_a + 1);
                    last.b.end = unit + 1;
                }
                _ => both.push(Row {
                    op: RowOp::Same,
                    a: of_a..of_a + 1,
                    b: unit..unit + 1,
                    change: None,
                }),
            }
        }
    }
    both
}

struct Writer<'x> {
    statuses: (&'x [Status], &'x [Status]),
    owners: (&'x [Option<usize>], &'x [Option<usize>]),
    /// The first unit of each text that no row has yet.
    next: (usize, usize),
    rows: Vec<Row>,
}

impl Writer<'_> {
    /// Rows up to a unit of each text, none of which has words in both. Lines of
    /// symbols that begin or end the stretch in both texts go together.
    fn until(&mut self, end_a: usize, end_b: usize) {
        while self.next.0 < end_a
            && self.next.1 < end_b
            && self.op_a(self.next.0).0 == RowOp::Same
            && self.op_b(self.next.1).0 == RowOp::Same
        {
            self.both();
        }
        let (left, right) = (end_a - self.next.0, end_b - self.next.1);
        let last = (0..left.min(right))
            .take_while(|back| {
                self.op_a(end_a - 1 - back).0 == RowOp::Same
                    && self.op_b(end_b - 1 - back).0 == RowOp::Same
            })
            .count();
        for unit in self.next.0..end_a - last {
            let (op, change) = self.op_a(unit);
            match self.rows.last_mut() {
                Some(row) if joins(row, op, change) && row.b.is_empty() => row.a.end = unit + 1,
                _ => self.rows.push(Row {
                    op,
                    a: unit..unit + 1,
                    b: self.next.1..self.next.1,
                    change,
                }),
            }
        }
        self.next.0 = end_a - last;
        for unit in self.next.1..end_b - last {
            let (op, change) = self.op_b(unit);
            match self.rows.last_mut() {
                Some(row) if joins(row, op, change) && row.a.is_empty() => row.b.end = unit + 1,
                _ => self.rows.push(Row {
                    op,
                    a: self.next.0..self.next.0,
                    b: unit..unit + 1,
                    change,
                }),
            }
        }
        self.next.1 = end_b - last;
        for _ in 0..last {
            self.both();
        }
    }

    /// The next unit of each text side by side.
    fn both(&mut self) {
        let (a, b) = self.next;
        self.rows.push(Row {
            op: RowOp::Same,
            a: a..a + 1,
            b: b..b + 1,
            change: None,
        });
        self.next = (a + 1, b + 1);
    }

    fn op_a(&self, unit: usize) -> (RowOp, Option<usize>) {
        let kinds = (RowOp::Dropped, RowOp::MovedAway);
        op(self.statuses.0, self.owners.0, unit, kinds)
    }

    fn op_b(&self, unit: usize) -> (RowOp, Option<usize>) {
        let kinds = (RowOp::Added, RowOp::MovedHere);
        op(self.statuses.1, self.owners.1, unit, kinds)
    }
}

/// What a unit is that the other text has not in this place: gone or moved, or
/// a line of symbols beside units that are the same.
fn op(
    statuses: &[Status],
    owners: &[Option<usize>],
    unit: usize,
    (gone, moved): (RowOp, RowOp),
) -> (RowOp, Option<usize>) {
    let change = owners.get(unit).copied().flatten();
    let op = match statuses.get(unit) {
        Some(Status::Moved) if change.is_some() => moved,
        Some(Status::Same | Status::Edited) if change.is_none() => RowOp::Same,
        _ => gone,
    };
    (op, change)
}

/// Units of one move, or of one change, are one row.
fn joins(last: &Row, op: RowOp, change: Option<usize>) -> bool {
    change.is_some() && last.op == op && last.change == change
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::align::align;

    /// Sentences of few words, so that texts share, move and edit a lot.
    fn text() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "river", "fell", "metres", "crews", "orme", "bridge", "closed", "Marnby", "the", "a",
            "12", "14", "ferry", "harbour", "mayor", "said",
        ]);
        let end = prop::sample::select(vec![
            ". ",
            ".\n",
            "!\n\n",
            " ",
            "\n* * *\n",
            ".\n***\n---\n",
        ]);
        let sentence = (prop::collection::vec(word, 0..12), end)
            .prop_map(|(words, end)| words.join(" ") + end);
        prop::collection::vec(sentence, 0..12).prop_map(|list| list.concat())
    }

    /// A text and another with some of its sentences in another order.
    fn pair() -> impl Strategy<Value = (String, String)> {
        let shuffled = text().prop_flat_map(|a| {
            let parts: Vec<String> = a.split_inclusive(". ").map(str::to_string).collect();
            (Just(a), Just(parts).prop_shuffle(), text())
                .prop_map(|(a, parts, more)| (a, parts.concat() + &more))
        });
        prop_oneof![(text(), text()), shuffled]
    }

    fn in_order<'r>(rows: &'r [Row], side: impl Fn(&Row) -> Range<usize> + 'r) -> Vec<usize> {
        rows.iter().flat_map(side).collect()
    }

    proptest! {
        #[test]
        fn every_unit_of_both_texts_stands_once_and_in_order((a, b) in pair()) {
            let (a, b) = (PreparedText::new(&a), PreparedText::new(&b));
            let aligned = align(&a, &b);
            let rows = rows(&a, &b, &aligned);
            let (of_a, of_b) = (in_order(&rows, |row| row.a.clone()), in_order(&rows, |row| row.b.clone()));
            prop_assert!(of_a.into_iter().eq(0..a.units.len()));
            prop_assert!(of_b.into_iter().eq(0..b.units.len()));
            for row in &rows {
                let (left, right) = (!row.a.is_empty(), !row.b.is_empty());
                let sides = match row.op {
                    RowOp::Same => left || right,
                    RowOp::Edited => left && right,
                    RowOp::Added | RowOp::MovedHere => right && !left,
                    RowOp::Dropped | RowOp::MovedAway => left && !right,
                };
                prop_assert!(sides, "{row:?}");
                let words = |text: &PreparedText<'_>, units: &Range<usize>| {
                    text.units[units.clone()].iter().any(|unit| !unit.is_empty())
                };
                let has_words = words(&a, &row.a) || words(&b, &row.b);
                prop_assert_eq!(row.change.is_some(), has_words && row.op != RowOp::Same, "{:?}", row);
            }
            // Of moves that share a unit the first shows it.
            for (index, change) in aligned.changes.iter().enumerate() {
                let shown = rows.iter().any(|row| row.change == Some(index));
                prop_assert!(shown || change.op == Status::Moved, "{change:?}");
            }
        }
    }

    fn ops(a: &str, b: &str) -> Vec<(RowOp, Range<usize>, Range<usize>)> {
        let (a, b) = (PreparedText::new(a), PreparedText::new(b));
        let rows = rows(&a, &b, &align(&a, &b));
        rows.into_iter().map(|row| (row.op, row.a, row.b)).collect()
    }

    #[test]
    fn a_moved_sentence_stands_in_both_its_places() {
        let first = "The river at Orme fell by two metres on Friday morning.";
        let second = "Crews from Marnby county went home before the bridge opened again.";
        let third = "Schools will stay closed until the middle of next week, the mayor said.";
        let found = ops(
            &[first, second, third].join("\n"),
            &[third, first, second].join("\n"),
        );
        let expected = [
            (RowOp::MovedHere, 0..0, 0..1),
            (RowOp::Same, 0..1, 1..2),
            (RowOp::Same, 1..2, 2..3),
            (RowOp::MovedAway, 2..3, 3..3),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_sentence_cut_in_two_is_one_row() {
        let a = "Crews went home on Friday and the bridge at Orme was opened again.";
        let b = "Crews went home on Friday. And the bridge at Orme was opened again.";
        assert_eq!(ops(a, b), [(RowOp::Same, 0..1, 0..2)]);
    }

    #[test]
    fn symbols_stand_alone_or_go_with_their_neighbours() {
        let a = "Crews went home on Friday.\n* * *\nThe bridge at Orme was opened again.";
        let b = "Crews went home on Friday.\nThe bridge at Orme was opened again.";
        let expected = [
            (RowOp::Same, 0..1, 0..1),
            (RowOp::Same, 1..2, 1..1),
            (RowOp::Same, 2..3, 1..2),
        ];
        assert_eq!(ops(a, b), expected);
        assert_eq!(ops("", "* * *"), [(RowOp::Same, 0..0, 0..1)]);
        assert_eq!(ops("***", "* * *"), [(RowOp::Same, 0..1, 0..1)]);
    }
}
