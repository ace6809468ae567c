//! The decisions of `dedup`, one row per document.

use std::io::{self, Write};

use super::folder::CsvStyle;
use super::table::{Column, TableWriter, Type};
use crate::document::{DocId, Document};
use crate::pipeline::{Decision, Deduped};

const COLUMNS: &[Column] = &[
    Column {
        name: "doc_id",
        kind: Type::Id,
        meaning: "the document's key",
    },
    Column {
        name: "kept",
        kind: Type::Boolean,
        meaning: "whether it is kept",
    },
    Column {
        name: "kept_id",
        kind: Type::Id,
        meaning: "the document kept in its stead, or itself",
    },
    Column {
        name: "group_id",
        kind: Type::Id,
        meaning: "its group; empty for a document that belongs to none",
    },
    Column {
        name: "jaccard",
        kind: Type::Number,
        meaning: "exact, to the kept document; empty for a kept one",
    },
    Column {
        name: "containment",
        kind: Type::Number,
        meaning: "share of its shingles that the kept document has",
    },
    Column {
        name: "reason",
        kind: Type::Code,
        meaning: "why",
    },
];

/// The columns of the decisions file.
pub fn decision_columns() -> &'static [Column] {
    COLUMNS
}

/// Writes the decisions, by key.
///
/// # Errors
/// What the output says.
pub fn decisions_csv(
    documents: &[Document],
    deduped: &Deduped,
    style: CsvStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = TableWriter::new(out, COLUMNS, style == CsvStyle::Neutral)?;
    let key = |doc: DocId| &*documents[doc.index()].key;
    let of_input = |decision: &&Decision| !documents[decision.doc.index()].archived;
    for decision in deduped.decisions.iter().filter(of_input) {
        let group = decision
            .group
            .map(|number| deduped.groups[number].id.as_str());
        table.row(&[
            key(decision.doc).into(),
            decision.is_kept().into(),
            decision.kept.map(key).into(),
            group.into(),
            decision.jaccard.into(),
            decision.containment.into(),
            decision.reason.code().into(),
        ])?;
    }
    table.finish()
}
