//! The matrix of a group as a table.

use std::io::{self, Write};

use crate::document::Corpus;
use crate::pipeline::CollatedGroup;
use crate::segment::LineIndex;
use crate::write::folder::CsvStyle;
use crate::write::table::{Column, TableWriter, Type};

const COLUMNS: &[Column] = &[
    Column {
        name: "group_id",
        kind: Type::Id,
        meaning: "the group",
    },
    Column {
        name: "unit",
        kind: Type::Integer,
        meaning: "the line (a sentence or a line), in the order of all members' lines, from 1",
    },
    Column {
        name: "variant",
        kind: Type::Integer,
        meaning: "its wording, that of most documents first, from 1",
    },
    Column {
        name: "kind",
        kind: Type::Code,
        meaning: "what the unit is for",
    },
    Column {
        name: "doc_id",
        kind: Type::Id,
        meaning: "the member that has it so",
    },
    Column {
        name: "moved",
        kind: Type::Boolean,
        meaning: "whether it has it elsewhere, out of that order",
    },
    Column {
        name: "start",
        kind: Type::Integer,
        meaning: "first byte in the member's text",
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
        meaning: "the member's bytes",
    },
];

/// The columns of a collation.
pub fn collation_columns() -> &'static [Column] {
    COLUMNS
}

/// Writes a row for each line of each document, in the order of the documents; a
/// line that a document has in several parts is several rows. Each text is read
/// once more, one at a time.
///
/// # Errors
/// What the output says.
pub fn collation_csv(
    corpus: Corpus<'_>,
    collated: &CollatedGroup,
    style: CsvStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = TableWriter::new(out, COLUMNS, style == CsvStyle::Neutral)?;
    let cells = collated.by_text();
    for (&doc, &number) in collated.documents.iter().zip(&collated.texts) {
        let text = corpus.text(doc);
        let lines = LineIndex::new(&text);
        let key = corpus
            .documents
            .get(doc.index())
            .map_or("", |document| &document.key);
        for placed in cells.get(number).into_iter().flatten() {
            let kind = collated
                .collation
                .rows
                .get(placed.row)
                .map(|row| row.kind.code());
            for bytes in &placed.cell.bytes {
                let (line, column) = lines.place(bytes.start);
                table.row(&[
                    collated.group.id.as_str().into(),
                    (placed.row + 1).into(),
                    (placed.variant + 1).into(),
                    kind.into(),
                    key.into(),
                    placed.cell.moved.into(),
                    bytes.start.into(),
                    bytes.end.into(),
                    line.into(),
                    column.into(),
                    text.get(bytes.clone()).unwrap_or("").into(),
                ])?;
            }
        }
    }
    table.finish()
}
