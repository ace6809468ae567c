//! The matrix of a group for programs. `docs/formats.md` describes its fields and
//! `docs/collation.schema.json` its shape.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::collate::{Cell, CollatedUnit};
use crate::document::{Corpus, DocId};
use crate::pipeline::CollatedGroup;

/// Writes one JSON object.
///
/// # Errors
/// What the output says.
pub fn collation_json(
    corpus: Corpus<'_>,
    collated: &CollatedGroup,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = |doc: &DocId| {
        let document = corpus.documents.get(doc.index());
        json!({
            "id": document.map(|document| &document.key),
            "source": document.and_then(|document| document.source.as_deref()),
            "published": document.and_then(|document| document.published).map(|moment| moment.to_string()),
            "title": document.and_then(|document| document.title.as_deref()),
        })
    };
    let documents: Vec<Value> = collated.documents.iter().map(document).collect();
    let holders = holders(collated);
    let rows = collated.collation.rows.iter().zip(1..);
    let units: Vec<Value> = rows
        .map(|(row, number)| unit(row, number, &holders))
        .collect();
    let value = json!({
        "group": collated.group.id,
        "documents": documents,
        "units": units,
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    out.write_all(b"\n")
}

/// The documents that have each text.
fn holders(collated: &CollatedGroup) -> Vec<Vec<usize>> {
    let mut holders = vec![Vec::new(); collated.weights().len()];
    for (document, &text) in collated.texts.iter().enumerate() {
        if let Some(list) = holders.get_mut(text) {
            list.push(document);
        }
    }
    holders
}

fn unit(row: &CollatedUnit, number: usize, holders: &[Vec<usize>]) -> Value {
    let of = |cell: &Cell| holders.get(cell.text).map_or(&[][..], Vec::as_slice);
    let mut cells: Vec<(usize, Value)> = Vec::new();
    let mut variants = Vec::new();
    for (variant, number) in row.variants.iter().zip(1..) {
        let before = cells.len();
        for cell in &variant.cells {
            let bytes: Vec<[usize; 2]> = cell
                .bytes
                .iter()
                .map(|range| [range.start, range.end])
                .collect();
            cells.extend(of(cell).iter().map(|&document| {
                let value = json!({
                    "document": document,
                    "variant": number,
                    "moved": cell.moved,
                    "bytes": bytes,
                });
                (document, value)
            }));
        }
        variants.push(json!({
            "number": number,
            "text": variant.text,
            "documents": cells.len() - before,
        }));
    }
    cells.sort_by_key(|(document, _)| *document);
    json!({
        "number": number,
        "kind": row.kind.code(),
        "variants": variants,
        "cells": cells.into_iter().map(|(_, value)| value).collect::<Vec<_>>(),
    })
}
