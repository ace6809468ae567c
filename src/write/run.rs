//! `run.json`: what was run and what it counted. Written last.

use serde_json::{Value, json};

use super::SCHEMA_VERSION;
use super::folder::CsvStyle;
use crate::candidates::{SAMPLE_WORDS, sampled_recall_at_bar};
use crate::config::Search;
use crate::sketch::SIGNATURE_VERSION;
use crate::trace::Trace;

/// Jaccards at which the recall curve is stated.
const CURVE: [f64; 8] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];

/// The manifest. Holds nothing that may differ between two runs over one
/// input with one set of settings: no time, no threads, no paths.
pub(super) fn manifest(trace: &Trace, style: CsvStyle) -> Value {
    let settings = &trace.settings;
    let rounded = |share: f64| (share * 1e6).round() / 1e6;
    let at = |jaccard: f64| {
        let proposed = rounded(settings.banding_recall(jaccard));
        json!({ "jaccard": jaccard, "proposed_by_banding": proposed })
    };
    let of = |words: u32| {
        let proposed = rounded(sampled_recall_at_bar(settings, words));
        json!({ "words": words, "proposed": proposed })
    };
    // Each way of searching states its own recall.
    let banding = trace.search == Search::Lsh;
    let curve = if banding {
        CURVE.map(at).to_vec()
    } else {
        Vec::new()
    };
    let sample = match trace.search {
        Search::Sampled => SAMPLE_WORDS.map(of).to_vec(),
        _ => Vec::new(),
    };
    let by_passages = banding && settings.containment.is_some();
    let passage = by_passages.then(|| trace.fingerprint_window + settings.width - 1);
    json!({
        "program": "wirecopy",
        "version": env!("CARGO_PKG_VERSION"),
        "schema_version": SCHEMA_VERSION,
        "signature_version": SIGNATURE_VERSION,
        "settings": settings,
        "origin": trace.scope.as_ref().map(|scope| &scope.source),
        "reading": trace.reading,
        "csv": if style == CsvStyle::Neutral { "neutral" } else { "raw" },
        "recall": {
            "search": trace.search,
            "every_pair_at_a_bar": trace.search == Search::Exact,
            "sample_at_the_bar": sample,
            "banding_curve": curve,
            "shared_run_found_for_certain_words": passage,
        },
        "read": {
            "records": trace.intake.read,
            "documents": trace.intake.documents,
            "archived_documents": trace.documents.iter().filter(|document| document.archived).count(),
            "merged": trace.intake.merged,
            "rejected": trace.intake.rejected,
            "renamed": trace.intake.renamed,
            "hidden_left_out": trace.intake.hidden,
            "result_folders_left_out": trace.intake.skipped,
            "web_records_passed_over": trace.intake.passed,
            "encodings": trace.intake.encodings,
            "limits_hit": trace.intake.limits,
        },
        "counts": trace.counts,
    })
}
