//! `rejected.csv`

use std::io;

use super::table::{Column, Table, TableWriter, Type};
use crate::trace::Trace;

pub(super) struct Rejected;

const COLUMNS: &[Column] = &[
    Column {
        name: "path",
        kind: Type::Id,
        meaning: "the file as given; `-` for standard input",
    },
    Column {
        name: "record",
        kind: Type::Integer,
        meaning: "number of the record, from 1; empty for a whole file",
    },
    Column {
        name: "offset",
        kind: Type::Integer,
        meaning: "its first byte in the decompressed, decoded stream",
    },
    Column {
        name: "reason",
        kind: Type::Code,
        meaning: "why it was rejected",
    },
    Column {
        name: "message",
        kind: Type::Text,
        meaning: "the same in words",
    },
    Column {
        name: "records",
        kind: Type::Integer,
        meaning: "how many it stands for: 1, or all of its reason that --max-rejections no longer tells one by one",
    },
];

impl Table for Rejected {
    fn file(&self) -> &'static str {
        "rejected.csv"
    }

    fn meaning(&self) -> &'static str {
        "one row per record or file that became no document"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn write(&self, trace: &Trace, out: &mut TableWriter<'_>) -> io::Result<()> {
        for rejection in &trace.rejected {
            out.row(&[
                (&*rejection.place.path).into(),
                rejection.place.record.into(),
                rejection.place.offset.into(),
                rejection.reason.code().into(),
                (&*rejection.message).into(),
                rejection.count.into(),
            ])?;
        }
        Ok(())
    }
}
