//! Which rows a page shows and which it folds away.

use std::ops::Range;

/// A row that is shown, or a stretch that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Row(usize),
    Folded(Range<usize>),
}

/// Of so many rows shows those that changed, with `context` rows on either side;
/// `None` shows all.
pub(super) fn fold(
    rows: usize,
    changed: impl Fn(usize) -> bool,
    context: Option<usize>,
) -> Vec<Piece> {
    let Some(context) = context else {
        return (0..rows).map(Piece::Row).collect();
    };
    let mut pieces = Vec::new();
    let mut next = 0;
    let changed = |&row: &usize| changed(row);
    for change in (0..rows).filter(changed) {
        let from = change.saturating_sub(context).max(next);
        if from > next {
            pieces.push(Piece::Folded(next..from));
        }
        let to = change.saturating_add(context).saturating_add(1).min(rows);
        // What follows the change may be another one, which shows itself.
        let after = (change + 1..to).take_while(|row| !changed(row)).count();
        pieces.extend((from..change + 1 + after).map(Piece::Row));
        next = change + 1 + after;
    }
    if next < rows {
        pieces.push(Piece::Folded(next..rows));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_row_is_shown_or_folded_by_its_distance_to_a_change(
            changed in prop::collection::vec(prop::bool::weighted(0.2), 0..30),
            context in 0usize..5,
        ) {
            let mut next = 0;
            for piece in fold(changed.len(), |row| changed[row], Some(context)) {
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
            prop_assert_eq!(fold(changed.len(), |row| changed[row], None).len(), changed.len());
        }
    }
}
