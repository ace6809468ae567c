//! The curve of a setting, for people, for spreadsheets and for programs.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::table::{Column, TableWriter, Type};
use crate::candidates::{BUCKET_CAP, BandingCost, Curve};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const BAR: Style = AnsiColor::Cyan.on_default();

/// Cells of a full bar: the widest line has 80 columns.
const FULL: f64 = 50.0;
/// The Jaccard of unrelated news at which settings are set side by side.
const USUAL_BACKGROUND: f64 = 0.004;

/// Columns of the curve as a table.
pub fn curve_columns() -> &'static [Column] {
    COLUMNS
}

const COLUMNS: &[Column] = &[
    Column {
        name: "bands",
        kind: Type::Integer,
        meaning: "bands of the signature",
    },
    Column {
        name: "rows",
        kind: Type::Integer,
        meaning: "slots in a band",
    },
    Column {
        name: "chosen",
        kind: Type::Boolean,
        meaning: "whether it is the setting that was asked for",
    },
    Column {
        name: "jaccard",
        kind: Type::Number,
        meaning: "Jaccard of a pair",
    },
    Column {
        name: "proposed",
        kind: Type::Number,
        meaning: "probability that banding proposes the pair",
    },
];

/// Writes the curve for people.
///
/// # Errors
/// What the output says.
pub fn curve_text(curve: &Curve, out: &mut dyn Write) -> io::Result<()> {
    let banding = curve.banding;
    writeln!(
        out,
        "{BOLD}{} bands of {} rows{BOLD:#}: {} slots; a document takes {} bytes of signature, {} of band keys",
        banding.bands,
        banding.rows,
        banding.slots(),
        banding.signature_bytes(),
        banding.key_bytes(),
    )?;
    writeln!(out, "\nJaccard  pairs proposed")?;
    for &(jaccard, proposed) in &curve.points {
        let bar = "█".repeat((proposed * FULL).round() as usize);
        let mark = if (jaccard - curve.threshold).abs() < 1e-9 {
            " < bar"
        } else {
            ""
        };
        writeln!(
            out,
            "   {jaccard:.2}  {:>6} %  {BAR}{bar}{BAR:#}{mark}",
            percent(proposed)
        )?;
    }
    let reached: Vec<String> = curve
        .reached
        .iter()
        .map(|(share, jaccard)| format!("{} % from {jaccard:.3}", round_percent(*share)))
        .collect();
    writeln!(out, "\nfound: {}", reached.join(", "))?;
    writeln!(
        out,
        "at the Jaccard bar {}: {} %",
        curve.threshold,
        percent(banding.proposes(curve.threshold))
    )?;
    match &curve.fingerprints {
        Some(prints) => writeln!(
            out,
            "fingerprints find every shared run of {} words (a window of {} shingles), whatever\n\
             the Jaccard, unless it stands in more than {} texts; about {:.1} of them in 100 words",
            prints.run_words, prints.window, BUCKET_CAP, prints.per_hundred_words
        )?,
        None => writeln!(
            out,
            "without containment no fingerprints are made: banding alone finds pairs"
        )?,
    }
    cost(curve, out)?;
    others(curve, out)?;
    let sample: Vec<String> = (curve.sample.iter())
        .map(|(words, found)| format!("{} % of {words} words", percent(*found)))
        .collect();
    writeln!(
        out,
        "\nAll this is for --search lsh. --search exact proposes every pair at a bar, and --search \
         sampled\nof pairs that just reach one, by the words of the shorter text:\n  {}",
        sample.join(", ")
    )
}

fn cost(curve: &Curve, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n{BOLD}Cost{BOLD:#}: comparisons a document that find nothing, in a million documents"
    )?;
    for (jaccard, candidates) in &curve.background {
        writeln!(
            out,
            "  unrelated texts at Jaccard {jaccard:.3}: {}",
            small(*candidates)
        )?;
    }
    writeln!(
        out,
        "{DIM}  it grows with the number of documents; unrelated news was measured at .002 to .006{DIM:#}"
    )
}

fn others(curve: &Curve, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n{BOLD}Other settings{BOLD:#} of at most {} slots",
        curve.banding.slots()
    )?;
    writeln!(
        out,
        "   bands  rows  proposed at {:<5}  half found from  cost at {USUAL_BACKGROUND:.3}",
        curve.threshold
    )?;
    for other in &curve.others {
        let chosen = *other == curve.banding;
        let sign = if chosen { '>' } else { ' ' };
        let style = if chosen { BOLD } else { Style::new() };
        writeln!(
            out,
            " {style}{sign} {:>5}  {:>4}  {:>15} %  {:>15.3}  {:>13}{style:#}",
            other.bands,
            other.rows,
            percent(other.proposes(curve.threshold)),
            other.reaches(0.5),
            small(other.candidates_per_document(USUAL_BACKGROUND)),
        )?;
    }
    Ok(())
}

/// A share in per cent; what is nearly certain is not called certain.
pub(super) fn percent(share: f64) -> String {
    const CERTAIN: f64 = 1.0 - 1e-12;
    if (0.999_95..CERTAIN).contains(&share) {
        return ">99.99".to_string();
    }
    format!("{:.2}", share * 100.0)
}

/// A level in per cent, as short as it can be.
fn round_percent(share: f64) -> f64 {
    (share * 1e6).round() / 1e4
}

/// A number of any size in few digits.
fn small(number: f64) -> String {
    match number {
        0.0 => "0".to_string(),
        n if n < 0.001 => format!("{n:.1e}"),
        n if n < 10.0 => format!("{n:.3}"),
        n => format!("{n:.0}"),
    }
}

/// Writes the curve and those of the other settings as one long table.
///
/// # Errors
/// What the output says.
pub fn curve_csv(curve: &Curve, out: &mut dyn Write) -> io::Result<()> {
    let mut table = TableWriter::new(out, COLUMNS, false)?;
    let chosen = std::iter::once(curve.banding);
    let others = curve.others.iter().copied();
    for banding in chosen.chain(others.filter(|other| *other != curve.banding)) {
        for &(jaccard, _) in &curve.points {
            table.row(&[
                banding.bands.into(),
                banding.rows.into(),
                (banding == curve.banding).into(),
                jaccard.into(),
                banding.proposes(jaccard).into(),
            ])?;
        }
    }
    table.finish()
}

/// Writes one JSON object; its fields are described in `docs/formats.md`.
///
/// # Errors
/// What the output says.
pub fn curve_json(curve: &Curve, out: &mut dyn Write) -> io::Result<()> {
    let points: Vec<Value> = curve
        .points
        .iter()
        .map(|(jaccard, proposed)| json!({ "jaccard": round(*jaccard), "proposed": proposed }))
        .collect();
    let reached: Vec<Value> = curve
        .reached
        .iter()
        .map(|(share, jaccard)| json!({ "proposed": share, "jaccard": jaccard }))
        .collect();
    let background: Vec<Value> = curve
        .background
        .iter()
        .map(|(jaccard, candidates)| json!({ "jaccard": jaccard, "candidates_per_document": candidates }))
        .collect();
    let others: Vec<Value> = curve
        .others
        .iter()
        .map(|other| setting(other, curve))
        .collect();
    let at_bar = |(words, found): &(u32, f64)| json!({ "words": words, "proposed": found });
    let sample: Vec<Value> = curve.sample.iter().map(at_bar).collect();
    let fingerprints = curve.fingerprints.map(|prints| {
        json!({
            "window": prints.window,
            "shared_run_found_for_certain_words": prints.run_words,
            "per_hundred_words": prints.per_hundred_words,
        })
    });
    let value = json!({
        "threshold": curve.threshold,
        "setting": setting(&curve.banding, curve),
        "signature_bytes": curve.banding.signature_bytes(),
        "key_bytes": curve.banding.key_bytes(),
        "curve": points,
        "reached": reached,
        "among_a_million_unrelated": background,
        "fingerprints": fingerprints,
        "sample_at_the_bar": sample,
        "other_settings": others,
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    out.write_all(b"\n")
}

fn setting(banding: &BandingCost, curve: &Curve) -> Value {
    json!({
        "bands": banding.bands,
        "rows": banding.rows,
        "slots": banding.slots(),
        "proposed_at_threshold": banding.proposes(curve.threshold),
        "half_found_from": banding.reaches(0.5),
    })
}

/// A step of the curve without the noise of its multiplication.
fn round(jaccard: f64) -> f64 {
    (jaccard * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certain_is_a_hundred_per_cent() {
        assert_eq!(percent(1.0), "100.00");
        assert_eq!(percent(0.999_999_99), ">99.99");
        assert_eq!(percent(0.999_94), "99.99");
        assert_eq!(percent(0.9963), "99.63");
        assert_eq!((small(0.0), small(1.344)), ("0".into(), "1.344".into()));
    }
}
