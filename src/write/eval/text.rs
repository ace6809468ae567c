//! An evaluation for people.

use std::io::{self, Write};

use anstyle::Style;

use super::figures::bin_share;
use super::{shown, tenth};
use crate::eval::{Evaluation, Found, GroupScores, LineageScores, Share};
use crate::write::plural;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Writes an evaluation for people.
///
/// # Errors
/// What the output says.
pub fn evaluation_text(evaluation: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    let documents = evaluation.documents;
    writeln!(
        out,
        "{} in the result and in the truth; {} in the result alone, {} in the truth alone",
        plural(documents.both as usize, "document"),
        documents.result_only,
        documents.truth_only
    )?;
    if let Some(scores) = &evaluation.groups {
        groups(scores, out)?;
    }
    if let Some(scores) = &evaluation.lineage {
        lineage(scores, out)?;
        probabilities(scores, out)?;
    }
    Ok(())
}

fn groups(scores: &GroupScores, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n{BOLD}Groups{BOLD:#}: {} true, {} in the result, over {}",
        scores.true_groups,
        scores.predicted_groups,
        plural(scores.documents as usize, "document")
    )?;
    three_heads(out)?;
    found("pairs in one group", scores.pairs, out)?;
    three(
        "B-cubed",
        [
            scores.bcubed_precision,
            scores.bcubed_recall,
            scores.bcubed_f1,
        ],
        "",
        out,
    )?;
    writeln!(
        out,
        "  {:<20}{:>10}",
        "adjusted Rand index",
        shown(scores.adjusted_rand)
    )
}

fn lineage(scores: &LineageScores, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n{BOLD}Lineage{BOLD:#}: {} judged, {} whose parent cannot be known left out",
        plural(scores.judged as usize, "document"),
        scores.unknowable
    )?;
    let mut line = |name, share: Share, of| line(name, share, of, out);
    line(
        "parent accuracy",
        scores.parents,
        "with a parent in the result have it as exemplar",
    )?;
    line("claimed", scores.claimed, "of them have a claim")?;
    line("claim precision", scores.precision, "claims are right")?;
    line(
        "missing source",
        scores.missing,
        "whose parent is not in the result are said to lack it",
    )?;
    line(
        "direction",
        scores.direction,
        "true pairs in one line are the right way round",
    )?;
    line(
        "  ordered",
        scores.ordered,
        "true pairs in one group stand in one line",
    )?;
    line(
        "  of claims",
        scores.edges,
        "claims between parent and child are the right way round",
    )?;
    line(
        "origin, by role",
        scores.origins,
        "families have their origin as origin",
    )?;
    line(
        "origin, as root",
        scores.roots,
        "families descend from it, more than half",
    )?;
    line(
        "origin missing",
        scores.missing_origins,
        "families without theirs are said to lack it",
    )?;
    three_heads(out)?;
    found("ancestor pairs", scores.ancestors, out)?;
    if scores.broken_lines > 0 {
        writeln!(
            out,
            "  {DIM}without {} whose line leads to one of unknown parent{DIM:#}",
            plural(scores.broken_lines as usize, "document")
        )?;
    }
    Ok(())
}

fn probabilities(scores: &LineageScores, out: &mut dyn Write) -> io::Result<()> {
    let calibration = &scores.calibration;
    let without = match scores.without_probability {
        0 => String::new(),
        count => format!(", {count} without"),
    };
    writeln!(
        out,
        "\n{BOLD}Calibration{BOLD:#}: {} with a probability{without}",
        plural(calibration.claims as usize, "claim")
    )?;
    if calibration.claims == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "  expected calibration error {}, Brier score {}",
        shown(calibration.expected_error),
        shown(calibration.brier)
    )?;
    writeln!(out, "  probability    claims     right    share     mean")?;
    for (number, bin) in calibration.bins.iter().enumerate() {
        let (low, high) = tenth(number);
        writeln!(
            out,
            "  {low:.1} to {high:.1}  {:>9} {:>9} {:>8} {:>8}",
            bin.claims,
            bin.right,
            shown(bin_share(bin).value()),
            shown(bin.mean_probability)
        )?;
    }
    Ok(())
}

fn line(name: &str, share: Share, of: &str, out: &mut dyn Write) -> io::Result<()> {
    let value = shown(share.value());
    let Share { count, of: all } = share;
    writeln!(
        out,
        "  {name:<20}{value:>10}   {DIM}{count} of {all} {of}{DIM:#}"
    )
}

fn three_heads(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "  {:<20}{:>10}{:>10}{:>10}",
        "", "precision", "recall", "F1"
    )
}

fn found(name: &str, found: Found, out: &mut dyn Write) -> io::Result<()> {
    let (precision, recall) = (found.precision, found.recall);
    let counts = format!(
        "   {DIM}{} of {}, {} of {}{DIM:#}",
        precision.count, precision.of, recall.count, recall.of
    );
    let values = [precision.value(), recall.value(), found.f1()];
    three(name, values, &counts, out)
}

fn three(
    name: &str,
    values: [Option<f64>; 3],
    behind: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let [precision, recall, f1] = values.map(shown);
    writeln!(
        out,
        "  {name:<20}{precision:>10}{recall:>10}{f1:>10}{behind}"
    )
}
