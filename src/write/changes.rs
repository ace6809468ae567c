//! `changes.csv`

use std::io;

use super::table::{Cell, Column, Table, TableWriter, Type};
use crate::document::DocId;
use crate::trace::{Change, Place, Trace};

pub(super) struct Changes;

/// The columns of a change, in `changes.csv` and in `diff --format csv`.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        name: "group_id",
        kind: Type::Id,
        meaning: "the group; empty for an excerpt",
    },
    Column {
        name: "exemplar_id",
        kind: Type::Id,
        meaning: "the text compared with: the exemplar, else the representative",
    },
    Column {
        name: "copy_id",
        kind: Type::Id,
        meaning: "the text that differs",
    },
    Column {
        name: "op",
        kind: Type::Code,
        meaning: "added, dropped, edited or moved",
    },
    Column {
        name: "kind",
        kind: Type::Code,
        meaning: "what the unit is for",
    },
    Column {
        name: "exemplar_start",
        kind: Type::Integer,
        meaning: "first byte in the exemplar's text",
    },
    Column {
        name: "exemplar_end",
        kind: Type::Integer,
        meaning: "one past the last byte; equal to the start at an insertion point",
    },
    Column {
        name: "exemplar_line",
        kind: Type::Integer,
        meaning: "line of the first byte, from 1",
    },
    Column {
        name: "exemplar_column",
        kind: Type::Integer,
        meaning: "column of the first byte in code points, from 1",
    },
    Column {
        name: "copy_start",
        kind: Type::Integer,
        meaning: "first byte in the copy's text",
    },
    Column {
        name: "copy_end",
        kind: Type::Integer,
        meaning: "one past the last byte; equal to the start at an insertion point",
    },
    Column {
        name: "copy_line",
        kind: Type::Integer,
        meaning: "line of the first byte, from 1",
    },
    Column {
        name: "copy_column",
        kind: Type::Integer,
        meaning: "column of the first byte in code points, from 1",
    },
    Column {
        name: "exemplar_text",
        kind: Type::Text,
        meaning: "the exemplar's bytes",
    },
    Column {
        name: "copy_text",
        kind: Type::Text,
        meaning: "the copy's bytes",
    },
    Column {
        name: "hunk",
        kind: Type::Integer,
        meaning: "numbers neighbouring changes of one copy, from 1",
    },
];

impl Table for Changes {
    fn file(&self) -> &'static str {
        "changes.csv"
    }

    fn meaning(&self) -> &'static str {
        "one row per unit (sentence or line) of a copy or its exemplar that is not the same in both"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn write(&self, trace: &Trace, out: &mut TableWriter<'_>) -> io::Result<()> {
        let group = |doc: DocId| trace.group_id(trace.lineage[doc.index()].group);
        let mut copies: Vec<DocId> = trace
            .changes
            .documents()
            .filter(|&doc| trace.tells(doc))
            .collect();
        copies.sort_by_key(|&copy| (group(copy), copy));
        for copy in copies {
            let changes = trace.changes.of(copy).map_err(io::Error::other)?;
            let Some(first) = changes.first() else {
                continue;
            };
            let (exemplar, copy) = (trace.text(first.exemplar), trace.text(first.copy));
            for change in &changes {
                out.row(&cells(
                    trace.group_id(change.group),
                    (trace.key(change.exemplar), &exemplar),
                    (trace.key(change.copy), &copy),
                    change,
                ))?;
            }
        }
        Ok(())
    }
}

/// The cells of one change; a side is its key and its text.
pub(super) fn cells<'a>(
    group: &'a str,
    exemplar: (&'a str, &'a str),
    copy: (&'a str, &'a str),
    change: &Change,
) -> [Cell<'a>; 16] {
    let line = |place: &Place| place.line_column.map(|(line, _)| line).into();
    let column = |place: &Place| place.line_column.map(|(_, column)| column).into();
    let (x, y) = (&change.in_exemplar, &change.in_copy);
    [
        group.into(),
        exemplar.0.into(),
        copy.0.into(),
        change.op.code().into(),
        change.kind.code().into(),
        x.bytes.start.into(),
        x.bytes.end.into(),
        line(x),
        column(x),
        y.bytes.start.into(),
        y.bytes.end.into(),
        line(y),
        column(y),
        exemplar.1.get(x.bytes.clone()).unwrap_or("").into(),
        copy.1.get(y.bytes.clone()).unwrap_or("").into(),
        change.hunk.into(),
    ]
}
