//! `evidence.csv`

use std::borrow::Cow;
use std::io;

use super::table::{Column, Table, TableWriter, Type};
use crate::document::DocId;
use crate::segment::LineIndex;
use crate::trace::Trace;

pub(super) struct EvidenceTable;

const COLUMNS: &[Column] = &[
    Column {
        name: "doc_id",
        kind: Type::Id,
        meaning: "the document that the claim is about",
    },
    Column {
        name: "exemplar_id",
        kind: Type::Id,
        meaning: "the other text that it speaks of",
    },
    Column {
        name: "code",
        kind: Type::Code,
        meaning: "what it says",
    },
    Column {
        name: "strength",
        kind: Type::Code,
        meaning: "strong, weak or against",
    },
    Column {
        name: "in_doc",
        kind: Type::Id,
        meaning: "the document in whose text it stands; empty for what stands in no text, such as the dates of records",
    },
    Column {
        name: "start",
        kind: Type::Integer,
        meaning: "first byte there",
    },
    Column {
        name: "end",
        kind: Type::Integer,
        meaning: "one past the last byte",
    },
    Column {
        name: "line",
        kind: Type::Integer,
        meaning: "line of the first byte, from 1",
    },
    Column {
        name: "column",
        kind: Type::Integer,
        meaning: "column of the first byte in code points, from 1",
    },
    Column {
        name: "text",
        kind: Type::Text,
        meaning: "the words there, or the two dates, or what else is to be said",
    },
];

impl Table for EvidenceTable {
    fn file(&self) -> &'static str {
        "evidence.csv"
    }

    fn meaning(&self) -> &'static str {
        "one row per piece of evidence for or against a lineage claim"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn write(&self, trace: &Trace, out: &mut TableWriter<'_>) -> io::Result<()> {
        // Most pieces of one document stand in one text, which is read once.
        let mut last: Option<(DocId, Cow<'_, str>)> = None;
        let told = trace.evidence.documents().filter(|&doc| trace.tells(doc));
        for own in told {
            for piece in trace.evidence.of(own).map_err(io::Error::other)? {
                let (doc, bytes) = piece.place.clone().unzip();
                let told = doc.zip(bytes.as_ref()).map(|(doc, bytes)| {
                    let held = last.take().filter(|(held, _)| *held == doc);
                    let (_, text) = last.insert(held.unwrap_or_else(|| (doc, trace.text(doc))));
                    let words = text.get(bytes.clone()).unwrap_or("");
                    (LineIndex::new(text).place(bytes.start), words)
                });
                let (place, words) = told.unzip();
                out.row(&[
                    trace.key(piece.doc).into(),
                    piece.exemplar.map(|doc| trace.key(doc)).into(),
                    piece.code.code().into(),
                    piece.strength.code().into(),
                    doc.map(|doc| trace.key(doc)).into(),
                    bytes.as_ref().map(|bytes| bytes.start).into(),
                    bytes.map(|bytes| bytes.end).into(),
                    place.map(|(line, _)| line).into(),
                    place.map(|(_, column)| column).into(),
                    match words.filter(|_| piece.text.is_empty()) {
                        Some(words) => words.into(),
                        None => piece.text.as_str().into(),
                    },
                ])?;
            }
        }
        Ok(())
    }
}

/// Codes of the evidence of a document, each once, in the order of the rows, joined by `;`.
///
/// # Errors
/// What the disk says.
pub(super) fn evidence_codes(trace: &Trace, doc: DocId) -> io::Result<String> {
    let pieces = trace.evidence.of(doc).map_err(io::Error::other)?;
    let mut codes: Vec<&str> = pieces.iter().map(|piece| piece.code.code()).collect();
    // Rows are ordered by code.
    codes.dedup();
    Ok(codes.join(";"))
}
