//! `groups.csv`

use std::io;

use super::table::{Column, Table, TableWriter, Type};
use crate::trace::Trace;

pub(super) struct Groups;

const COLUMNS: &[Column] = &[
    Column {
        name: "group_id",
        kind: Type::Id,
        meaning: "the group: `g` and 16 hexadecimal digits of XXH3-64 of its smallest key",
    },
    Column {
        name: "size",
        kind: Type::Integer,
        meaning: "documents in it",
    },
    Column {
        name: "representative_id",
        kind: Type::Id,
        meaning: "the member with the greatest sum of Jaccard to the others",
    },
    Column {
        name: "origin_id",
        kind: Type::Id,
        meaning: "the member from which all others were made, where that is known",
    },
    Column {
        name: "sources",
        kind: Type::Text,
        meaning: "its outlets, each once, joined by `;`",
    },
    Column {
        name: "earliest_published",
        kind: Type::Date,
        meaning: "the earliest date published",
    },
    Column {
        name: "latest_published",
        kind: Type::Date,
        meaning: "the latest date published",
    },
    Column {
        name: "jaccard_min",
        kind: Type::Number,
        meaning: "lowest Jaccard of two members; where pairs_complete is false, of a verified pair of copies",
    },
    Column {
        name: "weakest_link_a",
        kind: Type::Id,
        meaning: "one end of the pair without which the group would fall apart most easily",
    },
    Column {
        name: "weakest_link_b",
        kind: Type::Id,
        meaning: "the other end",
    },
    Column {
        name: "diameter",
        kind: Type::Integer,
        meaning: "most steps of copy-strength pairs between two members; empty above 2,000 distinct texts",
    },
    Column {
        name: "credited",
        kind: Type::Integer,
        meaning: "members that name the source they were made from",
    },
    Column {
        name: "uncredited",
        kind: Type::Integer,
        meaning: "members made from another source's text that name no source",
    },
    Column {
        name: "pairs_complete",
        kind: Type::Boolean,
        meaning: "whether pairs.csv lists every pair of the group that counts and reaches a bar, identical texts as a star; with --against a pair of two inputs or of two archived documents counts nothing",
    },
    Column {
        name: "same_source_copies",
        kind: Type::Integer,
        meaning: "members beyond the first of each outlet",
    },
    Column {
        name: "mismatched",
        kind: Type::Integer,
        meaning: "members that name another source than the one they were made from",
    },
];

impl Table for Groups {
    fn file(&self) -> &'static str {
        "groups.csv"
    }

    fn meaning(&self) -> &'static str {
        "one row per group of two documents and more"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn write(&self, trace: &Trace, out: &mut TableWriter<'_>) -> io::Result<()> {
        let groups = trace.groups.iter().enumerate();
        for (_, group) in groups.filter(|(number, _)| trace.tells_group(*number)) {
            let members = || group.members.iter().map(|&doc| trace.document(doc));
            let mut sources: Vec<&str> = members().filter_map(|d| d.source.as_deref()).collect();
            sources.sort_unstable();
            sources.dedup();
            let dates = || members().filter_map(|document| document.published);
            let earliest = dates().min_by_key(|moment| moment.sort_key());
            let latest = dates().max_by_key(|moment| moment.sort_key());
            let link = group.weakest_link;
            out.row(&[
                group.id.as_str().into(),
                group.members.len().into(),
                trace.key(group.representative).into(),
                group.origin.map(|doc| trace.key(doc)).into(),
                sources.join(";").into(),
                earliest.map(|moment| moment.to_string()).into(),
                latest.map(|moment| moment.to_string()).into(),
                group.jaccard_min.into(),
                link.map(|(a, _)| trace.key(a)).into(),
                link.map(|(_, b)| trace.key(b)).into(),
                group.diameter.into(),
                group.credited.into(),
                group.uncredited.into(),
                group.pairs_complete.into(),
                group.same_source_copies.into(),
                group.mismatched.into(),
            ])?;
        }
        Ok(())
    }
}
