//! Which row of the graph each part of a text belongs to.

use std::ops::Range;

use ahash::AHashMap;

use crate::align::{Alignment, PreparedText, Status};
use crate::normalise::Normalised;
use crate::segment::{Kind, kinds};

/// A part of a text that belongs to one row.
pub(super) struct Part {
    pub(super) tokens: Range<usize>,
    pub(super) bytes: Range<usize>,
    pub(super) kind: Kind,
    pub(super) moved: bool,
    /// The line of the graph, or none for one that it does not have.
    pub(super) line: Option<usize>,
}

/// The parts of a text, in its order: its units with words, those that hold more
/// than one row of the graph cut where the next row begins.
pub(super) fn parts(
    graph: &PreparedText<'_>,
    own: &PreparedText<'_>,
    aligned: &Alignment,
) -> Vec<Part> {
    let row_of = |token: usize| {
        let partner = aligned.b.partner(token)?;
        Some(
            graph
                .units
                .partition_point(|unit| unit.end_token <= partner),
        )
    };
    let kinds = kinds(own.text, &own.normalised, &own.units);
    let mut parts = Vec::new();
    let units = own.units.iter().zip(kinds).zip(aligned.b.units());
    for ((unit, kind), &status) in units.filter(|((unit, _), _)| !unit.is_empty()) {
        let tokens = unit.first_token..unit.end_token;
        let moved = status == Status::Moved;
        let cuts = if status == Status::Added {
            vec![(tokens.start, None)]
        } else {
            cuts(graph, &tokens, row_of)
        };
        for (at, &(from, row)) in cuts.iter().enumerate() {
            let next = cuts.get(at + 1).map_or(tokens.end, |next| next.0);
            let start = if at == 0 {
                unit.start
            } else {
                start_of(&own.normalised, from)
            };
            let end = if next == tokens.end {
                unit.end
            } else {
                own.text[..start_of(&own.normalised, next)].trim_end().len()
            };
            parts.push(Part {
                tokens: from..next,
                bytes: start..end.max(start),
                kind,
                moved,
                line: row,
            });
        }
    }
    parts
}

/// First byte of a token.
fn start_of(text: &Normalised, token: usize) -> usize {
    text.tokens()
        .get(token)
        .map_or(0, |token| token.start as usize)
}

/// Where a unit's tokens pass from row to row: the rows that have two fifths of
/// their words in it, each from its first word on; else the row with most of them.
fn cuts(
    graph: &PreparedText<'_>,
    tokens: &Range<usize>,
    row_of: impl Fn(usize) -> Option<usize>,
) -> Vec<(usize, Option<usize>)> {
    // Row, first token, words.
    let mut rows: Vec<(usize, usize, usize)> = Vec::new();
    let mut known: AHashMap<usize, usize> = AHashMap::new();
    for token in tokens.clone() {
        let Some(row) = row_of(token) else { continue };
        let at = *known.entry(row).or_insert(rows.len());
        match rows.get_mut(at) {
            Some((_, _, words)) => *words += 1,
            None => rows.push((row, token, 1)),
        }
    }
    let Some(&most) = rows
        .iter()
        .max_by_key(|(row, _, words)| (*words, usize::MAX - row))
    else {
        return vec![(tokens.start, None)];
    };
    rows.retain(|&(row, _, words)| row == most.0 || words * 5 >= graph.units[row].len() * 2);
    let cut = |(at, (row, first, _)): (usize, (usize, usize, usize))| {
        (if at == 0 { tokens.start } else { first }, Some(row))
    };
    rows.into_iter().enumerate().map(cut).collect()
}
