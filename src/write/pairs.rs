//! `pairs.csv`

use std::io;

use super::table::{Column, Table, TableWriter, Type};
use crate::trace::Trace;

pub(super) struct Pairs;

const COLUMNS: &[Column] = &[
    Column {
        name: "group_id",
        kind: Type::Id,
        meaning: "the group of both; empty for a pair that does not merge",
    },
    Column {
        name: "a_id",
        kind: Type::Id,
        meaning: "the smaller key",
    },
    Column {
        name: "b_id",
        kind: Type::Id,
        meaning: "the larger key",
    },
    Column {
        name: "relation",
        kind: Type::Code,
        meaning: "what b is to a",
    },
    Column {
        name: "jaccard",
        kind: Type::Number,
        meaning: "exact: shared shingles over all shingles of both",
    },
    Column {
        name: "containment_a",
        kind: Type::Number,
        meaning: "exact: share of a's shingles that b has",
    },
    Column {
        name: "containment_b",
        kind: Type::Number,
        meaning: "exact: share of b's shingles that a has",
    },
    Column {
        name: "coverage_a",
        kind: Type::Number,
        meaning: "share of a's words that the alignment matched; empty where not aligned",
    },
    Column {
        name: "coverage_b",
        kind: Type::Number,
        meaning: "share of b's words that the alignment matched; empty where not aligned",
    },
    Column {
        name: "shared_words",
        kind: Type::Integer,
        meaning: "words in shared shingles, counted in the text that has fewer of them",
    },
    Column {
        name: "longest_run_words",
        kind: Type::Integer,
        meaning: "words of the longest run that stands in both",
    },
];

impl Table for Pairs {
    fn file(&self) -> &'static str {
        "pairs.csv"
    }

    fn meaning(&self) -> &'static str {
        "one row per verified pair; identical texts as a star around the smallest key"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn write(&self, trace: &Trace, out: &mut TableWriter<'_>) -> io::Result<()> {
        for pair in trace.pairs.iter() {
            let pair = pair.map_err(io::Error::other)?;
            if !(trace.tells(pair.a) && trace.tells(pair.b)) {
                continue;
            }
            out.row(&[
                trace.group_id(pair.group).into(),
                trace.key(pair.a).into(),
                trace.key(pair.b).into(),
                pair.relation.code().into(),
                pair.jaccard.into(),
                pair.containment_a.into(),
                pair.containment_b.into(),
                pair.coverage.map(|(a, _)| a).into(),
                pair.coverage.map(|(_, b)| b).into(),
                pair.shared_words.into(),
                pair.longest_run_words.into(),
            ])?;
        }
        Ok(())
    }
}
