//! Pieces to rows: what an auditor reads.

use std::ops::Range;

use super::anchors::Block;
use super::units::{Linked, Linker, Piece, Status, token_range};
use crate::segment::Unit;

/// Words that differ inside an edited unit: tokens `a` became tokens `b`; one of
/// the two may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordEdit {
    /// Token range in a.
    pub a: Range<usize>,
    /// Token range in b.
    pub b: Range<usize>,
}

/// A unit, or a few, that is not the same in both texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitChange {
    /// Added, dropped, edited or moved; never same.
    pub op: Status,
    /// Rows with no same unit between them share this number, from 1.
    pub hunk: usize,
    /// Bytes in a; empty at the insertion point for what was added.
    pub a: Range<usize>,
    /// Bytes in b; empty at the insertion point for what was dropped.
    pub b: Range<usize>,
    /// Unit indices in a; empty at the insertion point for what was added.
    pub a_units: Range<usize>,
    /// Unit indices in b; empty at the insertion point for what was dropped.
    pub b_units: Range<usize>,
    /// The words that differ, for edited and moved ones.
    pub words: Vec<WordEdit>,
}

/// The rows and the status of each unit.
pub(super) struct Rows {
    pub(super) changes: Vec<UnitChange>,
    pub(super) a: Vec<Status>,
    pub(super) b: Vec<Status>,
}

/// Bytes from the first to the last of some units.
fn bytes(units: &[Unit], range: &Range<usize>) -> Range<usize> {
    match units.get(range.clone()) {
        Some([first, .., last]) => first.start..last.end,
        Some([only]) => only.start..only.end,
        _ => {
            let end = range
                .start
                .checked_sub(1)
                .and_then(|before| units.get(before));
            let point = end.map_or(0, |unit| unit.end);
            point..point
        }
    }
}

/// What differs between two token ranges that `runs` match in part.
fn word_edits(runs: &[Block], a: Range<usize>, b: Range<usize>) -> Vec<WordEdit> {
    let mut edits = Vec::new();
    let (mut i, mut j) = (a.start, b.start);
    let mut push = |a: Range<usize>, b: Range<usize>| {
        if !(a.is_empty() && b.is_empty()) {
            edits.push(WordEdit { a, b });
        }
    };
    for run in runs {
        // A run may reach beyond the ranges on either side.
        let skip = a
            .start
            .saturating_sub(run.a)
            .max(b.start.saturating_sub(run.b));
        let cut = (run.a_end().saturating_sub(a.end)).max(run.b_end().saturating_sub(b.end));
        if skip + cut >= run.len {
            continue;
        }
        push(i..run.a + skip, j..run.b + skip);
        (i, j) = (run.a_end() - cut, run.b_end() - cut);
    }
    push(i..a.end, j..b.end);
    edits
}

/// Edits without the words that are in the other text, too, elsewhere; blocks by
/// place in a and by place in b.
fn without_moved(edits: Vec<WordEdit>, in_a: &[Block], in_b: &[Block]) -> Vec<WordEdit> {
    if in_a.is_empty() {
        return edits;
    }
    let left = |whole: &Range<usize>, moved: &mut dyn Iterator<Item = Range<usize>>| {
        let mut parts = Vec::new();
        let mut from = whole.start;
        for range in moved.take_while(|range| range.start < whole.end) {
            parts.push(from..range.start.clamp(from, whole.end));
            from = from.max(range.end.min(whole.end));
        }
        parts.push(from..whole.end);
        parts.retain(|part| !part.is_empty());
        parts
    };
    let mut rest = Vec::with_capacity(edits.len());
    for edit in edits {
        let of_a = in_a.partition_point(|block| block.a_end() <= edit.a.start);
        let of_b = in_b.partition_point(|block| block.b_end() <= edit.b.start);
        let mut blocks_a = in_a.iter().skip(of_a).map(|block| block.a..block.a_end());
        let mut blocks_b = in_b.iter().skip(of_b).map(|block| block.b..block.b_end());
        let (gone, new) = (left(&edit.a, &mut blocks_a), left(&edit.b, &mut blocks_b));
        for at in 0..gone.len().max(new.len()) {
            let point = |range: &Range<usize>| range.end..range.end;
            rest.push(WordEdit {
                a: gone.get(at).cloned().unwrap_or_else(|| point(&edit.a)),
                b: new.get(at).cloned().unwrap_or_else(|| point(&edit.b)),
            });
        }
    }
    rest
}

/// The part of `blocks` (ordered in a) that touches the tokens `a`.
fn touching<'r>(blocks: &'r [Block], a: &Range<usize>) -> &'r [Block] {
    let from = blocks.partition_point(|block| block.a_end() <= a.start);
    let to = blocks.partition_point(|block| block.a < a.end);
    blocks.get(from..to).unwrap_or(&[])
}

/// Moved units as pieces, by place in b: neighbours in both texts are one.
fn moved_pieces(
    linker: &Linker<'_, '_>,
    linked: &Linked,
    moved: &[Block],
    taken: &Taken,
) -> Vec<Piece> {
    let is_moved_a = |unit: usize| linked.moved_a[unit] && !taken.a[unit];
    let is_moved_b = |unit: usize| linked.moved_b[unit] && !taken.b[unit];
    let mut pieces: Vec<Piece> = Vec::new();
    for part in linker.cut_at_units(moved) {
        let (a, b) = (part.a, part.b);
        if !is_moved_a(a) && !is_moved_b(b) {
            continue;
        }
        match pieces.last_mut() {
            Some(last)
                if (last.a.contains(&a) || last.a.end == a)
                    && (last.b.contains(&b) || last.b.end == b)
                    && is_moved_a(a)
                    && is_moved_b(b)
                    && is_moved_a(last.a.end - 1)
                    && is_moved_b(last.b.end - 1) =>
            {
                last.a.end = last.a.end.max(a + 1);
                last.b.end = last.b.end.max(b + 1);
            }
            Some(last) if last.a.contains(&a) && last.b.contains(&b) => {}
            _ => pieces.push(Piece {
                a: a..a + 1,
                b: b..b + 1,
                status: Status::Moved,
            }),
        }
    }
    pieces.sort_by_key(|piece| (piece.b.start, piece.a.start));
    pieces
}

/// Units that in-order pieces hold.
struct Taken {
    a: Vec<bool>,
    b: Vec<bool>,
}

/// Builds the rows, ordered by place in b, dropped ones at their insertion point.
pub(super) fn rows(linker: &Linker<'_, '_>, linked: &Linked, moved: &[Block]) -> Rows {
    let (a_units, b_units) = (&linker.a.units, &linker.b.units);
    let mut taken = Taken {
        a: vec![false; a_units.len()],
        b: vec![false; b_units.len()],
    };
    let mut a_status = vec![Status::Dropped; a_units.len()];
    let mut b_status = vec![Status::Added; b_units.len()];
    for piece in &linked.pieces {
        taken.a[piece.a.clone()].fill(true);
        taken.b[piece.b.clone()].fill(true);
        a_status[piece.a.clone()].fill(piece.status);
        b_status[piece.b.clone()].fill(piece.status);
    }
    let moved_pieces = moved_pieces(linker, linked, moved, &taken);
    // A unit that takes part in a move is neither added nor dropped, however little of
    // it moved: its row shows the rest as edits.
    for piece in &moved_pieces {
        for unit in piece.a.clone().filter(|&unit| !taken.a[unit]) {
            a_status[unit] = Status::Moved;
        }
        for unit in piece.b.clone().filter(|&unit| !taken.b[unit]) {
            b_status[unit] = Status::Moved;
        }
    }
    fill_symbols(a_units, &mut a_status);
    fill_symbols(b_units, &mut b_status);

    let mut moved_in_a = moved.to_vec();
    moved_in_a.sort_unstable();
    let mut out = Writer {
        linker,
        changes: Vec::new(),
        hunk: 0,
        after_same: true,
    };
    let mut moving = moved_pieces.iter().peekable();
    let (mut next_a, mut next_b) = (0, 0);
    let end = Piece {
        a: a_units.len()..a_units.len(),
        b: b_units.len()..b_units.len(),
        status: Status::Same,
    };
    for piece in linked.pieces.iter().chain([&end]) {
        for unit in next_a..piece.a.start {
            if a_status[unit] == Status::Dropped && !a_units[unit].is_empty() {
                out.push(Status::Dropped, unit..unit + 1, next_b..next_b, Vec::new());
            }
        }
        for unit in next_b..piece.b.start {
            if b_status[unit] == Status::Added && !b_units[unit].is_empty() {
                let point = piece.a.start;
                out.push(Status::Added, point..point, unit..unit + 1, Vec::new());
            }
            while let Some(piece) = moving.next_if(|moving| moving.b.start <= unit) {
                out.moved(piece, &moved_in_a);
            }
        }
        if piece.status == Status::Edited {
            let a = token_range(a_units, &piece.a);
            let b = token_range(b_units, &piece.b);
            let words = word_edits(touching(&linked.runs, &a), a, b);
            let words = without_moved(words, &moved_in_a, moved);
            out.push(Status::Edited, piece.a.clone(), piece.b.clone(), words);
        }
        while let Some(piece) = moving.next_if(|moving| moving.b.start < piece.b.end) {
            out.moved(piece, &moved_in_a);
        }
        out.after_same |= piece.status == Status::Same;
        (next_a, next_b) = (piece.a.end, piece.b.end);
    }
    Rows {
        changes: out.changes,
        a: a_status,
        b: b_status,
    }
}

/// A line of symbols shares the fate of the unit before it, else after it.
fn fill_symbols(units: &[Unit], status: &mut [Status]) {
    let first = units.iter().position(|unit| !unit.is_empty());
    let mut last = first.and_then(|first| status.get(first).copied());
    for (unit, status) in units.iter().zip(status) {
        if unit.is_empty() {
            *status = last.unwrap_or(Status::Same);
        } else {
            last = Some(*status);
        }
    }
}

struct Writer<'x, 'y, 't> {
    linker: &'x Linker<'y, 't>,
    changes: Vec<UnitChange>,
    hunk: usize,
    after_same: bool,
}

impl Writer<'_, '_, '_> {
    fn push(&mut self, op: Status, a: Range<usize>, b: Range<usize>, words: Vec<WordEdit>) {
        self.hunk += usize::from(self.after_same);
        self.after_same = false;
        self.changes.push(UnitChange {
            op,
            hunk: self.hunk,
            a: bytes(&self.linker.a.units, &a),
            b: bytes(&self.linker.b.units, &b),
            a_units: a,
            b_units: b,
            words,
        });
    }

    fn moved(&mut self, piece: &Piece, moved: &[Block]) {
        let a = token_range(&self.linker.a.units, &piece.a);
        let b = token_range(&self.linker.b.units, &piece.b);
        let mut runs: Vec<Block> = touching(moved, &a)
            .iter()
            .filter(|block| block.b < b.end && b.start < block.b_end())
            .copied()
            .collect();
        // Within a moved passage only what keeps its order counts as unchanged.
        let mut end = 0;
        runs.retain(|run| {
            let keeps = run.b >= end;
            end = if keeps { run.b_end() } else { end };
            keeps
        });
        let words = word_edits(&runs, a, b);
        self.push(Status::Moved, piece.a.clone(), piece.b.clone(), words);
    }
}
