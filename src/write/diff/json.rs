//! A comparison for programs. `docs/formats.md` describes its fields and
//! `docs/diff.schema.json` its shape.

use std::io::{self, Write};

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
    let changes: Vec<Value> = compared.changes.iter().map(|x| change(a, b, x)).collect();
    let rows: Vec<Value> = pair.whole.rows.iter().map(row).collect();
    let value = json!({
        "a": side(a, &pair.whole.a),
        "b": side(b, &pair.whole.b),
        "relation": compared.relation.code(),
        "jaccard": c.jaccard,
        "containment_a": c.containment_of_exemplar,
        "containment_b": c.containment_in_exemplar,
        "longest_run_words": c.longest_run_words,
        "lines": {
            "same": c.lines.same,
            "added": c.lines.added,
            "dropped": c.lines.dropped,
            "edited": c.lines.edited,
            "moved": c.lines.moved,
        },
        "words_added": c.words_added,
        "words_dropped": c.words_dropped,
        "headline_changed": c.headline_changed,
        "stretches_cut": compared.stretches_cut,
        "changes": changes,
        "rows": rows,
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    out.write_all(b"\n")
}

fn side(named: Named<'_>, units: &[PlacedUnit]) -> Value {
    let unit = |unit: &PlacedUnit| {
        json!({
            "start": unit.place.bytes.start,
            "end": unit.place.bytes.end,
            "line": unit.place.line_column.map(|(line, _)| line),
            "column": unit.place.line_column.map(|(_, column)| column),
            "words": unit.words,
        })
    };
    let units: Vec<Value> = units.iter().map(unit).collect();
    json!({ "id": named.key, "title": named.title, "bytes": named.text.len(), "units": units })
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
