//! Which rows a page shows and which it folds away.

use std::ops::Range;

use crate::align::{Row, RowOp};

/// A row that is shown, or a stretch that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Row(usize),
    Folded(Range<usize>),
}

/// Shows every change with `context` rows on either side of it; `None` shows all.
pub(super) fn fold(rows: &[Row], context: Option<usize>) -> Vec<Piece> {
    let Some(context) = context else {
        return (0..rows.len()).map(Piece::Row).collect();
    };
    let mut pieces = Vec::new();
    let mut next = 0;
    let changed = |&row: &usize| rows.get(row).is_some_and(|row| row.op != RowOp::Same);
    for change in (0..rows.len()).filter(changed) {
        let from = change.saturating_sub(context).max(next);
        if from > next {
            pieces.push(Piece::Folded(next..from));
        }
        let to = change
            .saturating_add(context)
            .saturating_add(1)
            .min(rows.len());
        // What follows the change may be another one, which shows itself.
        let after = (change + 1..to).take_while(|row| !changed(row)).count();
        pieces.extend((from..change + 1 + after).map(Piece::Row));
        next = change + 1 + after;
    }
    if next < rows.len() {
        pieces.push(Piece::Folded(next..rows.len()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(changed: &[bool]) -> Vec<Row> {
        let op = |&changed: &bool| if changed { RowOp::Added } else { RowOp::Same };
        let row = |changed| Row {
            op: op(changed),
            a: 0..0,
            b: 0..0,
            change: None,
        };
        changed.iter().map(row).collect()
    }

    proptest! {
        #[test]
        fn every_row_is_shown_or_folded_by_its_distance_to_a_change(
            changed in prop::collection::vec(prop::bool::weighted(0.2), 0..30),
            context in 0usize..5,
        ) {
            let mut next = 0;
            for piece in fold(&rows(&changed), Some(context)) {
                let (range, shown) = match piece {
                    Piece::Row(row) => (row..row + 1, true),
                    Piece::Folded(range) => (range, false),
                };
                prop_assert_eq!(range.start, next);
                prop_assert!(!range.is_empty());
                for row in range.clone() {
                    let near = (0..changed.len()).any(|other| changed[other] && other.abs_diff(row) <= context);
                    prop_assert_eq!(near, shown);
                }
                next = range.end;
            }
            prop_assert_eq!(next, changed.len());
            prop_assert_eq!(fold(&rows(&changed), None).len(), changed.len());
        }
    }
}
