//! `sources.csv`

use std::io;

use super::table::{Column, Table, TableWriter, Type};
use crate::trace::{Trace, audit};

pub(super) struct Sources;

const COLUMNS: &[Column] = &[
    Column {
        name: "source",
        kind: Type::Text,
        meaning: "its name, as the input first spells it by byte order; of a missing source as a table or a credit does",
    },
    Column {
        name: "in_input",
        kind: Type::Boolean,
        meaning: "whether a document is from it; false for a source that only credits name",
    },
    Column {
        name: "texts",
        kind: Type::Integer,
        meaning: "its documents, those of an archive too",
    },
    Column {
        name: "copied_texts",
        kind: Type::Integer,
        meaning: "those from which a text of another source was made",
    },
    Column {
        name: "copies",
        kind: Type::Integer,
        meaning: "texts of other sources made from its texts, or from its text that the input lacks: role copy or excerpt in lineage.csv",
    },
    Column {
        name: "excerpts",
        kind: Type::Integer,
        meaning: "those of role excerpt among them",
    },
    Column {
        name: "onward_copies",
        kind: Type::Integer,
        meaning: "copies of these copies: texts of others made from a third source's text, their line of descent beginning with its own",
    },
    Column {
        name: "outlets",
        kind: Type::Integer,
        meaning: "sources that made the copies",
    },
    Column {
        name: "credited",
        kind: Type::Integer,
        meaning: "copies that name it, or the origin of its text",
    },
    Column {
        name: "uncredited",
        kind: Type::Integer,
        meaning: "copies that name no source",
    },
    Column {
        name: "mismatched",
        kind: Type::Integer,
        meaning: "copies that name another source",
    },
    Column {
        name: "median_lag_seconds",
        kind: Type::Integer,
        meaning: "median of lag_seconds of the copies; of an even number the mean of the two in the middle, rounded down",
    },
    Column {
        name: "median_share_kept",
        kind: Type::Number,
        meaning: "median share of the words of its text that a copy kept",
    },
    Column {
        name: "least_share_kept",
        kind: Type::Number,
        meaning: "the lowest such share",
    },
    Column {
        name: "greatest_share_kept",
        kind: Type::Number,
        meaning: "the highest",
    },
    Column {
        name: "own_reposts",
        kind: Type::Integer,
        meaning: "its re-posts and revisions: its texts beyond the first of each group that are no copies of others', and excerpts of its own texts",
    },
    Column {
        name: "copies_made",
        kind: Type::Integer,
        meaning: "its texts that were made from other sources' texts",
    },
];

impl Table for Sources {
    fn file(&self) -> &'static str {
        "sources.csv"
    }

    fn meaning(&self) -> &'static str {
        "one row per source of a document, and per missing source that credits name; by name"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn write(&self, trace: &Trace, out: &mut TableWriter<'_>) -> io::Result<()> {
        let only = trace.scope.as_ref().map(|scope| &scope.source);
        let told = |source: &&str| only.is_none_or(|only| only == source);
        for row in &audit(trace).sources {
            if !told(&row.source.as_str()) {
                continue;
            }
            out.row(&[
                row.source.as_str().into(),
                row.in_input.into(),
                row.texts.into(),
                row.copied_texts.into(),
                row.copies.into(),
                row.excerpts.into(),
                row.onward_copies.into(),
                row.outlets.len().into(),
                row.credited.into(),
                row.uncredited.into(),
                row.mismatched.into(),
                row.median_lag.into(),
                row.kept.map(|kept| kept.median).into(),
                row.kept.map(|kept| kept.least).into(),
                row.kept.map(|kept| kept.most).into(),
                row.own_reposts.into(),
                row.copies_made.into(),
            ])?;
        }
        Ok(())
    }
}
