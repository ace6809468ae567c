//! Why two documents are, or are not, one group, for programs.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::explain::key;
use crate::document::Document;
use crate::pipeline::{Explained, Explanation, Passage};
use crate::trace::Place;

/// Writes one JSON object; its fields are described in `docs/formats.md`.
///
/// # Errors
/// What the output says.
pub fn explain_json(
    documents: &[Document],
    explained: &Explanation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let side = |side: &Explained| {
        json!({
            "id": key(documents, side.doc),
            "group_id": side.group,
            "words": side.words,
            "shingles": side.shingles,
            "fingerprints": side.fingerprints,
        })
    };
    let steps: Vec<Value> = explained
        .chain
        .iter()
        .map(|step| {
            json!({
                "a": key(documents, step.from),
                "b": key(documents, step.to),
                "jaccard": step.jaccard,
                "containment_a": step.containment_from,
                "containment_b": step.containment_to,
            })
        })
        .collect();
    let passages: Vec<Value> = explained.passages.iter().map(passage).collect();
    let value = json!({
        "settings": explained.settings,
        "documents": explained.documents,
        "a": side(&explained.a),
        "b": side(&explained.b),
        "same_group": explained.same_group,
        "rule": explained.rule.code(),
        "pair_rule": explained.pair_rule.code(),
        "shared_shingles": explained.shared,
        "shared_shingles_missing": explained.shingles_missing(),
        "jaccard": explained.jaccard(),
        "containment_a": explained.containment_a(),
        "containment_b": explained.containment_b(),
        "shared_words": explained.shared_words,
        "longest_run_words": explained.longest_run_words,
        "bands_shared": explained.bands_shared,
        "jaccard_estimate": explained.estimate,
        "fingerprints_shared": explained.fingerprints_shared,
        "shared_run_found_for_certain_words": explained.certain_run_words,
        "capped_buckets": explained.capped_buckets,
        "chain": steps,
        "passages": passages,
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    out.write_all(b"\n")
}

fn passage(passage: &Passage) -> Value {
    let place = |place: &Place| {
        json!({
            "start": place.bytes.start,
            "end": place.bytes.end,
            "line": place.line_column.map(|(line, _)| line),
            "column": place.line_column.map(|(_, column)| column),
        })
    };
    json!({
        "words": passage.words,
        "a": place(&passage.in_a),
        "b": place(&passage.in_b),
        "documents": passage.documents,
        "documents_in_part": passage.documents_in_part,
        "text": passage.text,
    })
}
