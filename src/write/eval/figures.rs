//! The figures of an evaluation, each once, as rows and as fields.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{rounded, tenth};
use crate::codes::codes;
use crate::eval::{Bin, Evaluation, Found, GroupScores, LineageScores, Share};
use crate::write::table::{Cell, Column, TableWriter, Type};

codes! {
    /// What is measured.
    Measure {
        DocumentsBoth "documents_both" "documents in the result and in the truth; only these are compared";
        DocumentsResultOnly "documents_result_only" "documents of the result that the truth does not have";
        DocumentsTruthOnly "documents_truth_only" "documents of the truth that the result does not have";
        GroupDocuments "group_documents" "documents of the result with a true group, a group of their own included";
        TrueGroups "true_groups" "true groups of two and more of them";
        PredictedGroups "predicted_groups" "groups of two and more of them in the result";
        PairsPrecision "pairs_precision" "pairs in one true group, of the pairs in one group of the result";
        PairsRecall "pairs_recall" "pairs in one group of the result, of the pairs in one true group";
        PairsF1 "pairs_f1" "harmonic mean of the two";
        AdjustedRand "adjusted_rand" "adjusted Rand index: 1 for the same groups, about 0 for groups by chance";
        BcubedPrecision "bcubed_precision" "mean over documents: share of a document's group in the result that is of its true group";
        BcubedRecall "bcubed_recall" "mean over documents: share of a document's true group that is in its group in the result";
        BcubedF1 "bcubed_f1" "harmonic mean of the two";
        ParentsJudged "parents_judged" "documents of the result whose parent is known, or that there is none";
        ParentsUnknowable "parents_unknowable" "documents of the result whose parent cannot be known; in none of the figures that follow";
        ParentAccuracy "parent_accuracy" "documents with the true exemplar_id, of those whose parent is in the result";
        ParentClaimed "parent_claimed" "documents with any claim, of the same";
        ClaimPrecision "claim_precision" "right claims, of all claims on documents judged; that of a missing source is right where the parent is not in the result or there is none";
        MissingSource "missing_source" "documents claimed to be made from a missing source, of those whose parent is not in the result";
        Direction "direction" "pairs with the parent above the child, of the true pairs that stand in one line";
        DirectionOrdered "direction_ordered" "pairs that the result puts in one line, of the true pairs that it has in one group";
        DirectionOfEdges "direction_of_edges" "claims that go the right way, of the claims that join a true parent and its child";
        AncestorPrecision "ancestor_precision" "true pairs of ancestor and descendant, of those claimed";
        AncestorRecall "ancestor_recall" "claimed pairs of ancestor and descendant, of the true ones";
        AncestorF1 "ancestor_f1" "harmonic mean of the two";
        AncestorLinesBroken "ancestor_lines_broken" "documents judged whose line leads to one of unknown parent; not in the ancestor figures as descendants";
        OriginRole "origin_role" "true origins with the role origin, of the true families of two and more whose origin is in the result";
        OriginRoot "origin_root" "true origins that claim nothing and from which more than half of their family descends, of the same";
        OriginMissing "origin_missing" "true families whose origin is not in the result and that are said to have a missing source and no origin, of all such families";
        ClaimsWithProbability "claims_with_probability" "claims on documents judged that have a probability, of all";
        ExpectedCalibrationError "expected_calibration_error" "mean distance of probability and share of right claims over ten bins, weighted by claims";
        Brier "brier" "mean squared distance of probability and outcome (1 right, 0 wrong)";
        BinRight "bin_right" "right claims, of the claims whose probability lies in the bin";
        BinProbability "bin_probability" "mean probability of the claims in the bin";
    }
}

/// A value of a measure.
pub(super) struct Figure {
    part: &'static str,
    measure: Measure,
    /// Number of the bin, of a figure that is about one.
    bin: Option<usize>,
    value: Option<f64>,
    counts: Option<Share>,
    /// A bare count, which is no share.
    count: Option<u64>,
}

/// Gathers figures of one part after the other.
struct Figures {
    part: &'static str,
    all: Vec<Figure>,
}

impl Figures {
    fn push(&mut self, measure: Measure, value: Option<f64>) -> &mut Figure {
        self.all.push(Figure {
            part: self.part,
            measure,
            bin: None,
            value,
            counts: None,
            count: None,
        });
        let last = self.all.len() - 1;
        &mut self.all[last]
    }

    fn count(&mut self, measure: Measure, count: u64) {
        self.push(measure, None).count = Some(count);
    }

    fn share(&mut self, measure: Measure, share: Share) {
        self.push(measure, share.value()).counts = Some(share);
    }

    fn found(&mut self, measures: [Measure; 3], found: Found) {
        self.share(measures[0], found.precision);
        self.share(measures[1], found.recall);
        self.push(measures[2], found.f1());
    }
}

/// Every figure, in the order of the table of measures.
fn figures(evaluation: &Evaluation) -> Vec<Figure> {
    let mut figures = Figures {
        part: "documents",
        all: Vec::new(),
    };
    let documents = evaluation.documents;
    figures.count(Measure::DocumentsBoth, documents.both);
    figures.count(Measure::DocumentsResultOnly, documents.result_only);
    figures.count(Measure::DocumentsTruthOnly, documents.truth_only);
    if let Some(scores) = &evaluation.groups {
        figures.part = "groups";
        groups(&mut figures, scores);
    }
    if let Some(scores) = &evaluation.lineage {
        figures.part = "lineage";
        lineage(&mut figures, scores);
        figures.part = "calibration";
        probabilities(&mut figures, scores);
    }
    figures.all
}

fn groups(figures: &mut Figures, scores: &GroupScores) {
    use Measure::{PairsF1, PairsPrecision, PairsRecall};
    figures.count(Measure::GroupDocuments, scores.documents);
    figures.count(Measure::TrueGroups, scores.true_groups);
    figures.count(Measure::PredictedGroups, scores.predicted_groups);
    figures.found([PairsPrecision, PairsRecall, PairsF1], scores.pairs);
    figures.push(Measure::AdjustedRand, scores.adjusted_rand);
    figures.push(Measure::BcubedPrecision, scores.bcubed_precision);
    figures.push(Measure::BcubedRecall, scores.bcubed_recall);
    figures.push(Measure::BcubedF1, scores.bcubed_f1);
}

fn lineage(figures: &mut Figures, scores: &LineageScores) {
    use Measure::{AncestorF1, AncestorPrecision, AncestorRecall};
    figures.count(Measure::ParentsJudged, scores.judged);
    figures.count(Measure::ParentsUnknowable, scores.unknowable);
    figures.share(Measure::ParentAccuracy, scores.parents);
    figures.share(Measure::ParentClaimed, scores.claimed);
    figures.share(Measure::ClaimPrecision, scores.precision);
    figures.share(Measure::MissingSource, scores.missing);
    figures.share(Measure::Direction, scores.direction);
    figures.share(Measure::DirectionOrdered, scores.ordered);
    figures.share(Measure::DirectionOfEdges, scores.edges);
    figures.found(
        [AncestorPrecision, AncestorRecall, AncestorF1],
        scores.ancestors,
    );
    figures.count(Measure::AncestorLinesBroken, scores.broken_lines);
    figures.share(Measure::OriginRole, scores.origins);
    figures.share(Measure::OriginRoot, scores.roots);
    figures.share(Measure::OriginMissing, scores.missing_origins);
}

fn probabilities(figures: &mut Figures, scores: &LineageScores) {
    let calibration = &scores.calibration;
    let with = Share {
        count: calibration.claims,
        of: calibration.claims + scores.without_probability,
    };
    figures.share(Measure::ClaimsWithProbability, with);
    figures.push(
        Measure::ExpectedCalibrationError,
        calibration.expected_error,
    );
    figures.push(Measure::Brier, calibration.brier);
    for (number, bin) in calibration.bins.iter().enumerate() {
        let right = figures.push(Measure::BinRight, bin_share(bin).value());
        right.bin = Some(number);
        right.counts = Some(bin_share(bin));
        figures
            .push(Measure::BinProbability, bin.mean_probability)
            .bin = Some(number);
    }
}

/// Right claims of a bin.
pub(super) fn bin_share(bin: &Bin) -> Share {
    Share {
        count: bin.right,
        of: bin.claims,
    }
}

/// Columns of an evaluation as a table.
pub fn evaluation_columns() -> &'static [Column] {
    COLUMNS
}

const COLUMNS: &[Column] = &[
    Column {
        name: "part",
        kind: Type::Code,
        meaning: "documents, groups, lineage or calibration",
    },
    Column {
        name: "measure",
        kind: Type::Code,
        meaning: "what is measured",
    },
    Column {
        name: "low",
        kind: Type::Number,
        meaning: "lower end of the bin of probabilities; empty for what is about no bin",
    },
    Column {
        name: "high",
        kind: Type::Number,
        meaning: "its upper end",
    },
    Column {
        name: "value",
        kind: Type::Number,
        meaning: "the figure; empty for a bare count, and where there is nothing to divide",
    },
    Column {
        name: "count",
        kind: Type::Integer,
        meaning: "what the figure counts, or the bare count",
    },
    Column {
        name: "of",
        kind: Type::Integer,
        meaning: "of how many",
    },
];

/// Writes one row per figure, in the order of the table of measures.
///
/// # Errors
/// What the output says.
pub fn evaluation_csv(evaluation: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    let mut table = TableWriter::new(out, COLUMNS, false)?;
    for figure in figures(evaluation) {
        let ends = figure.bin.map(tenth);
        table.row(&[
            figure.part.into(),
            figure.measure.code().into(),
            ends.map(|(low, _)| low).into(),
            ends.map(|(_, high)| high).into(),
            figure.value.into(),
            (figure.counts.map(|share| share.count))
                .or(figure.count)
                .into(),
            figure
                .counts
                .map_or(Cell::Empty, |share| Cell::from(share.of)),
        ])?;
    }
    table.finish()
}

/// Writes one JSON object; its fields are described in `docs/formats.md`.
///
/// # Errors
/// What the output says.
pub fn evaluation_json(evaluation: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    let mut parts: Map<String, Value> = ["documents", "groups", "lineage", "calibration"]
        .map(|part| (part.to_string(), Value::Null))
        .into_iter()
        .collect();
    let mut bins: Vec<Value> = Vec::new();
    for figure in figures(evaluation) {
        let value = figure.value.map(rounded);
        if let Some(number) = figure.bin {
            match (figure.counts, bins.last_mut()) {
                (Some(share), _) => {
                    let (low, high) = tenth(number);
                    bins.push(json!({
                        "low": low, "high": high, "claims": share.of, "right": share.count,
                        figure.measure.code(): value,
                    }));
                }
                (None, Some(Value::Object(bin))) => {
                    bin.insert(figure.measure.code().to_string(), json!(value));
                }
                (None, _) => {}
            }
            continue;
        }
        let field = match (figure.counts, figure.count) {
            (Some(share), _) => json!({ "value": value, "count": share.count, "of": share.of }),
            (None, Some(count)) => json!(count),
            (None, None) => json!({ "value": value }),
        };
        let part = parts
            .entry(figure.part)
            .and_modify(|part| {
                if part.is_null() {
                    *part = json!({});
                }
            })
            .or_insert_with(|| json!({}));
        if let Value::Object(fields) = part {
            fields.insert(figure.measure.code().to_string(), field);
        }
    }
    if let Some(Value::Object(calibration)) = parts.get_mut("calibration") {
        calibration.insert("bins".to_string(), Value::Array(bins));
    }
    serde_json::to_writer_pretty(&mut *out, &parts)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_measure_is_said_in_the_order_of_the_table() {
        let lineage = LineageScores {
            calibration: crate::eval::calibration(&[]),
            ..LineageScores::default()
        };
        let evaluation = Evaluation {
            groups: Some(crate::eval::group_scores(&[], &[])),
            lineage: Some(lineage),
            ..Evaluation::default()
        };
        let said: Vec<Measure> = figures(&evaluation)
            .iter()
            .map(|figure| figure.measure)
            .collect();
        let whole: Vec<Measure> = said.iter().copied().take(Measure::ALL.len()).collect();
        assert_eq!(whole, Measure::ALL);
        let distinct: BTreeSet<Measure> = said.into_iter().collect();
        assert_eq!(distinct.len(), Measure::ALL.len());
    }
}
