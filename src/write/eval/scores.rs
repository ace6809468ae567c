//! What the labels of a sheet say, band by band.

use std::io::{self, Write};

use anstyle::Style;
use serde_json::{Value, json};

use super::{rounded, shown, tenth};
use crate::eval::{BandLabels, Estimate, Labels, wilson};
use crate::write::table::{Cell, Column, TableWriter, Type};

const BOLD: Style = Style::new().bold();

/// Columns of the scores of a sheet.
pub fn score_columns() -> &'static [Column] {
    COLUMNS
}

const COLUMNS: &[Column] = &[
    Column {
        name: "band",
        kind: Type::Code,
        meaning: "band of Jaccard, as in the sheet, or `all`",
    },
    Column {
        name: "pairs",
        kind: Type::Integer,
        meaning: "pairs of the result in it; in the row `all`, in the bands that have a label",
    },
    Column {
        name: "drawn",
        kind: Type::Integer,
        meaning: "rows of the sheet",
    },
    Column {
        name: "labelled",
        kind: Type::Integer,
        meaning: "rows labelled y or n",
    },
    Column {
        name: "right",
        kind: Type::Integer,
        meaning: "rows labelled y",
    },
    Column {
        name: "unsure",
        kind: Type::Integer,
        meaning: "rows labelled `?`, which count in no figure",
    },
    Column {
        name: "precision",
        kind: Type::Number,
        meaning: "right of labelled; in the row `all`, of the bands weighted by their pairs",
    },
    Column {
        name: "low",
        kind: Type::Number,
        meaning: "lower end of its 95 % interval (Wilson)",
    },
    Column {
        name: "high",
        kind: Type::Number,
        meaning: "upper end",
    },
];

/// The name of a band in sheets and scores.
pub(crate) fn band_name(number: usize) -> String {
    let (low, high) = tenth(number);
    format!("{low:.1}-{high:.1}")
}

/// Bands that have a pair in the sheet, with their numbers.
fn bands(labels: &Labels) -> impl Iterator<Item = (usize, &BandLabels)> {
    let bands = labels.bands.iter().enumerate();
    bands.filter(|(_, band)| band.drawn > 0)
}

/// Precision with its interval; nothing without a label.
fn interval(band: &BandLabels) -> Option<(f64, f64, f64)> {
    let value = band.band.labelled.value()?;
    let (low, high) = wilson(band.band.labelled);
    Some((value, low, high))
}

fn total(labels: &Labels, of: impl Fn(&BandLabels) -> u64) -> u64 {
    labels.bands.iter().map(of).sum()
}

/// Writes one row per band and a last one for all.
///
/// # Errors
/// What the output says.
pub fn scores_csv(labels: &Labels, out: &mut dyn Write) -> io::Result<()> {
    let mut table = TableWriter::new(out, COLUMNS, false)?;
    for (number, labels) in bands(labels) {
        let ends = interval(labels);
        table.row(&[
            band_name(number).into(),
            labels.band.pairs.into(),
            labels.drawn.into(),
            labels.band.labelled.of.into(),
            labels.band.labelled.count.into(),
            labels.unsure.into(),
            ends.map(|ends| ends.0).into(),
            ends.map(|ends| ends.1).into(),
            ends.map(|ends| ends.2).into(),
        ])?;
    }
    let overall = labels.overall();
    let value = |of: fn(&Estimate) -> f64| overall.as_ref().map(of).into();
    table.row(&[
        "all".into(),
        overall.map_or(Cell::Integer(0), |all| all.pairs.into()),
        total(labels, |band| band.drawn).into(),
        total(labels, |band| band.band.labelled.of).into(),
        total(labels, |band| band.band.labelled.count).into(),
        total(labels, |band| band.unsure).into(),
        value(|all| all.value),
        value(|all| all.low),
        value(|all| all.high),
    ])?;
    table.finish()
}

/// Writes one JSON object; its fields are described in `docs/formats.md`.
///
/// # Errors
/// What the output says.
pub fn scores_json(labels: &Labels, out: &mut dyn Write) -> io::Result<()> {
    let band = |(number, labels): (usize, &BandLabels)| {
        let ends = interval(labels);
        json!({
            "band": band_name(number),
            "pairs": labels.band.pairs,
            "drawn": labels.drawn,
            "labelled": labels.band.labelled.of,
            "right": labels.band.labelled.count,
            "unsure": labels.unsure,
            "precision": ends.map(|ends| rounded(ends.0)),
            "low": ends.map(|ends| rounded(ends.1)),
            "high": ends.map(|ends| rounded(ends.2)),
        })
    };
    let all: Vec<Value> = bands(labels).map(band).collect();
    let overall = labels.overall().map(|all| {
        json!({
            "precision": rounded(all.value),
            "low": rounded(all.low),
            "high": rounded(all.high),
            "pairs": all.pairs,
        })
    });
    let value = json!({
        "bands": all,
        "overall": overall,
        "pairs_in_the_result": labels.all_pairs,
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    out.write_all(b"\n")
}

/// Writes the scores for people.
///
/// # Errors
/// What the output says.
pub fn scores_text(labels: &Labels, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{BOLD}Jaccard      pairs  drawn  labelled  right  unsure  precision  95 % interval{BOLD:#}"
    )?;
    for (number, labels) in bands(labels) {
        let ends = interval(labels);
        writeln!(
            out,
            "{:<8} {:>9} {:>6} {:>9} {:>6} {:>7} {:>10}{}",
            band_name(number),
            labels.band.pairs,
            labels.drawn,
            labels.band.labelled.of,
            labels.band.labelled.count,
            labels.unsure,
            shown(ends.map(|ends| ends.0)),
            ends.map_or_else(String::new, |(_, low, high)| format!(
                "  {low:.4} to {high:.4}"
            ))
        )?;
    }
    match labels.overall() {
        None => writeln!(
            out,
            "\nno row has a label: write y, n or ? in the column `label`"
        ),
        Some(all) => writeln!(
            out,
            "\nprecision, each band weighted by its pairs: {:.4}, 95 % interval {:.4} to {:.4}\n\
             it speaks of {} of the {} pairs that the result claims as copies",
            all.value, all.low, all.high, all.pairs, labels.all_pairs
        ),
    }
}
