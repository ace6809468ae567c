//! A sheet of pairs for people to label.

use std::io::{self, Write};

use super::scores::band_name;
use crate::write::folder::CsvStyle;
use crate::write::table::{Column, TableWriter, Type};

/// One pair of a sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetPair {
    /// The texts.
    pub sides: [SheetText; 2],
    /// What b is to a.
    pub relation: String,
    /// Jaccard and the containments of a and b, as in `pairs.csv`.
    pub scores: [f64; 3],
    /// Words of the longest run in both.
    pub longest_run_words: u64,
    /// Number of its band of Jaccard.
    pub band: usize,
    /// Pairs of the result in that band.
    pub band_pairs: u64,
}

/// One side of a pair.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetText {
    /// The document's key.
    pub key: String,
    /// Its outlet, where known.
    pub source: String,
    /// Its title, where it has one.
    pub title: String,
    /// How its text begins, where it was asked for.
    pub text: String,
}

/// Columns of a sheet.
pub fn sheet_columns() -> &'static [Column] {
    COLUMNS
}

const COLUMNS: &[Column] = &[
    Column {
        name: "label",
        kind: Type::Text,
        meaning: "to be filled in: y where one text republishes the other or both one source, n where not, `?` where nobody can tell",
    },
    Column {
        name: "a_title",
        kind: Type::Text,
        meaning: "title of a",
    },
    Column {
        name: "b_title",
        kind: Type::Text,
        meaning: "title of b",
    },
    Column {
        name: "a_text",
        kind: Type::Text,
        meaning: "how the text of a begins; empty without --in",
    },
    Column {
        name: "b_text",
        kind: Type::Text,
        meaning: "how the text of b begins; empty without --in",
    },
    Column {
        name: "a_source",
        kind: Type::Text,
        meaning: "outlet of a",
    },
    Column {
        name: "b_source",
        kind: Type::Text,
        meaning: "outlet of b",
    },
    Column {
        name: "a_id",
        kind: Type::Id,
        meaning: "key of a",
    },
    Column {
        name: "b_id",
        kind: Type::Id,
        meaning: "key of b",
    },
    Column {
        name: "relation",
        kind: Type::Code,
        meaning: "what the result says b is to a",
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
        name: "longest_run_words",
        kind: Type::Integer,
        meaning: "words of the longest run that stands in both",
    },
    Column {
        name: "band",
        kind: Type::Code,
        meaning: "band of Jaccard that the pair was drawn from: its lower end and, not included below 1, its upper end",
    },
    Column {
        name: "band_pairs",
        kind: Type::Integer,
        meaning: "pairs of the result in that band",
    },
    Column {
        name: "all_pairs",
        kind: Type::Integer,
        meaning: "pairs of the result in all bands",
    },
];

/// Writes a sheet in the order given, with empty labels.
///
/// # Errors
/// What the output says.
pub fn sheet_csv(
    pairs: &[SheetPair],
    all_pairs: u64,
    style: CsvStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = TableWriter::new(out, COLUMNS, style == CsvStyle::Neutral)?;
    for pair in pairs {
        let [a, b] = &pair.sides;
        let [jaccard, containment_a, containment_b] = pair.scores;
        table.row(&[
            "".into(),
            a.title.as_str().into(),
            b.title.as_str().into(),
            a.text.as_str().into(),
            b.text.as_str().into(),
            a.source.as_str().into(),
            b.source.as_str().into(),
            a.key.as_str().into(),
            b.key.as_str().into(),
            pair.relation.as_str().into(),
            jaccard.into(),
            containment_a.into(),
            containment_b.into(),
            pair.longest_run_words.into(),
            band_name(pair.band).into(),
            pair.band_pairs.into(),
            all_pairs.into(),
        ])?;
    }
    table.finish()
}
