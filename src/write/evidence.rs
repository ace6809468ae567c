//! `evidence.csv`

use std::borrow::Cow;
use std::collections::BTreeMap;
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
        meaning: "the document in whose text it stands; empty for dates",
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
        meaning: "the words, or the two dates",
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
        for piece in trace.evidence.iter().filter(|piece| trace.tells(piece.doc)) {
            let (doc, bytes) = match &piece.place {
                Some((doc, bytes)) => (Some(*doc), Some(bytes)),
                None => (None, None),
            };
            let told = doc.zip(bytes).map(|(doc, bytes)| {
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
                piece.strength.name().into(),
                doc.map(|doc| trace.key(doc)).into(),
                bytes.map(|bytes| bytes.start).into(),
                bytes.map(|bytes| bytes.end).into(),
                place.map(|(line, _)| line).into(),
                place.map(|(_, column)| column).into(),
                match words.filter(|_| piece.text.is_empty()) {
                    Some(words) => words.into(),
                    None => piece.text.as_str().into(),
                },
            ])?;
        }
        Ok(())
    }
}

/// Codes of the evidence of each document, each once, in the order of the rows.
pub(super) struct EvidenceCodes(BTreeMap<DocId, Vec<&'static str>>);

impl EvidenceCodes {
    /// Goes through all evidence once.
    ///
    /// # Errors
    /// What is said where the evidence is read.
    pub(super) fn of_all(trace: &Trace) -> io::Result<Self> {
        let mut codes: BTreeMap<DocId, Vec<&str>> = BTreeMap::new();
        for piece in &trace.evidence {
            let list = codes.entry(piece.doc).or_default();
            if !list.contains(&piece.code.code()) {
                list.push(piece.code.code());
            }
        }
        Ok(EvidenceCodes(codes))
    }

    /// Those of one document, joined by `;`.
    pub(super) fn of(&self, doc: DocId) -> String {
        self.0
            .get(&doc)
            .map_or(String::new(), |list| list.join(";"))
    }
}
