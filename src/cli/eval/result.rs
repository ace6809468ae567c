//! What a folder of results says, as far as it is measured.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::ingest::Sheet;
use crate::lineage::Role;
use crate::write::{CsvStyle, original};

pub(super) const LINEAGE: &str = "lineage.csv";
pub(super) const PAIRS: &str = "pairs.csv";

/// A row of `lineage.csv`.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub key: String,
    pub group: Option<String>,
    pub is_origin: bool,
    pub exemplar: Option<String>,
    pub is_source_missing: bool,
    pub probability: Option<f64>,
}

/// The rows of a folder's `lineage.csv`, and one for each exemplar that has none of its own: of an
/// archive only documents in a group are listed.
pub(super) fn lineage(folder: &Path, style: CsvStyle) -> Result<Vec<Line>, Error> {
    let mut sheet = Sheet::open(&folder.join(LINEAGE), "reading the lineage of the result")?;
    let [key, group, role, exemplar, probability, missing] = [
        sheet.required("doc_id")?,
        sheet.required("group_id")?,
        sheet.required("role")?,
        sheet.required("exemplar_id")?,
        sheet.required("probability")?,
        sheet.required("missing_source")?,
    ];
    let filled = |cell: &str| (!cell.is_empty()).then(|| cell.to_string());
    let mut lines: Vec<Line> = Vec::new();
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    while let Some(row) = sheet.next_row()? {
        let line = Line {
            key: as_it_was(row.cell(key), style).to_string(),
            group: filled(row.cell(group)),
            is_origin: row.cell(role) == Role::Origin.code(),
            exemplar: filled(as_it_was(row.cell(exemplar), style)),
            is_source_missing: !row.cell(missing).is_empty(),
            probability: match row.cell(probability) {
                "" => None,
                typed => Some(share(typed).ok_or_else(|| {
                    row.wrong(&format!("probability {typed:?} is no number from 0 to 1"))
                })?),
            },
        };
        if let Some(first) = seen.insert(line.key.clone(), row.line()) {
            let what = format!("doc_id {:?} stands in line {first} already", line.key);
            return Err(row.wrong(&what));
        }
        lines.push(line);
    }
    let named: BTreeSet<&String> = lines.iter().filter_map(|l| l.exemplar.as_ref()).collect();
    let unlisted = named.into_iter().filter(|key| !seen.contains_key(*key));
    let unlisted: Vec<Line> = unlisted
        .map(|key| Line {
            key: key.clone(),
            ..Line::default()
        })
        .collect();
    lines.extend(unlisted);
    Ok(lines)
}

/// What a text or a key was before it was written as a cell.
pub(super) fn as_it_was(cell: &str, style: CsvStyle) -> &str {
    match style {
        CsvStyle::Neutral => original(cell),
        CsvStyle::Raw => cell,
    }
}

/// A number from 0 to 1.
pub(super) fn share(typed: &str) -> Option<f64> {
    let number: f64 = typed.parse().ok()?;
    (0.0..=1.0).contains(&number).then_some(number)
}

/// Something wrong with a folder's lineage as a whole.
pub(super) fn wrong(folder: &Path, what: &str) -> Error {
    ErrorKind::Sheet {
        path: folder.join(LINEAGE),
        line: None,
        what: what.to_string(),
    }
    .into()
}
