//! A comparison for programs. `docs/formats.md` describes its fields and
//! `docs/diff.schema.json` its shape.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::page::{Named, NamedPair};
use crate::align::{Row, RowOp};
use crate::pipeline::PlacedUnit;
use crate::trace::{Change, Place};

/// Writes one JSON object.
///
/// # Errors
/// What the output says.
pub fn diff_json(pair: NamedPair<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (a, b, compared) = (pair.a, pair.b, &pair.whole.compared);
    let c = &compared.comparison;
    let page = Page {
        a: Side::new(a, &pair.whole.a),
        b: Side::new(b, &pair.whole.b),
        changes: Each(&compared.changes, &|x| change(a, b, x)),
        containment_a: c.containment_of_exemplar,
        containment_b: c.containment_in_exemplar,
        headline_changed: c.headline_changed,
        jaccard: c.jaccard,
        lines: json!({
            "same": c.lines.same,
            "added": c.lines.added,
            "dropped": c.lines.dropped,
            "edited": c.lines.edited,
            "moved": c.lines.moved,
        }),
        longest_run_words: c.longest_run_words,
        relation: compared.relation.code(),
        rows: Each(&pair.whole.rows, &row),
        stretches_cut: compared.stretches_cut,
        words_added: c.words_added,
        words_dropped: c.words_dropped,
    };
    serde_json::to_writer_pretty(&mut *out, &page)?;
    out.write_all(b"\n")
}

/// The object; its lists are made as they are written, as a text may have a
/// million lines.
#[derive(Serialize)]
struct Page<'x> {
    a: Side<'x>,
    b: Side<'x>,
    changes: Each<'x, Change>,
    containment_a: f64,
    containment_b: f64,
    headline_changed: bool,
    jaccard: f64,
    lines: Value,
    longest_run_words: u32,
    relation: &'static str,
    rows: Each<'x, Row>,
    stretches_cut: usize,
    words_added: u64,
    words_dropped: u64,
}

#[derive(Serialize)]
struct Side<'x> {
    bytes: usize,
    id: &'x str,
    title: Option<&'x str>,
    units: Each<'x, PlacedUnit>,
}

impl<'x> Side<'x> {
    fn new(named: Named<'x>, units: &'x [PlacedUnit]) -> Self {
        Side {
            bytes: named.text.len(),
            id: named.key,
            title: named.title,
            units: Each(units, &unit),
        }
    }
}

/// A list whose items are made one at a time.
struct Each<'x, T>(&'x [T], &'x dyn Fn(&T) -> Value);

impl<T> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

fn unit(unit: &PlacedUnit) -> Value {
    json!({
        "start": unit.place.bytes.start,
        "end": unit.place.bytes.end,
        "line": unit.place.line_column.map(|(line, _)| line),
        "column": unit.place.line_column.map(|(_, column)| column),
        "words": unit.words,
    })
}

/// The code of what became of a row's units.
pub(super) fn code(op: RowOp) -> &'static str {
    match op {
        RowOp::Same => "same",
        RowOp::Added => "added",
        RowOp::Dropped => "dropped",
        RowOp::Edited => "edited",
        RowOp::MovedHere => "moved_here",
        RowOp::MovedAway => "moved_away",
    }
}

fn row(row: &Row) -> Value {
    json!({
        "op": code(row.op),
        "a": [row.a.start, row.a.end],
        "b": [row.b.start, row.b.end],
        "change": row.change,
    })
}

fn change(a: Named<'_>, b: Named<'_>, change: &Change) -> Value {
    let side = |named: Named<'_>, place: &Place| {
        json!({
            "start": place.bytes.start,
            "end": place.bytes.end,
            "line": place.line_column.map(|(line, _)| line),
            "column": place.line_column.map(|(_, column)| column),
            "text": named.text.get(place.bytes.clone()).unwrap_or(""),
        })
    };
    let words: Vec<Value> = change
        .marks
        .iter()
        .map(|mark| {
            json!({
                "a": [mark.exemplar.start, mark.exemplar.end],
                "b": [mark.copy.start, mark.copy.end],
            })
        })
        .collect();
    json!({
        "op": change.op.code(),
        "kind": change.kind.code(),
        "hunk": change.hunk,
        "a": side(a, &change.in_exemplar),
        "b": side(b, &change.in_copy),
        "words": words,
    })
}
