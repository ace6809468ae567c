//! Documents by the keys that were typed.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use crate::document::{DocId, Document};
use crate::error::{Error, ErrorKind};

/// Likeness from which a key is offered in place of an unknown one, and how far
/// it may be behind the best.
const ALIKE: f64 = 0.5;
const BESIDE_THE_BEST: f64 = 0.1;

/// The document with a key.
pub(super) fn find(documents: &[Document], key: &OsStr) -> Result<DocId, Error> {
    let key = key.to_string_lossy();
    if let Ok(at) = documents.binary_search_by(|document| (*document.key).cmp(&*key)) {
        return Ok(DocId(at as u32));
    }
    let near = near(&key, documents.iter().map(|document| &*document.key));
    Err(ErrorKind::UnknownKey {
        key: key.to_string(),
        near: near.into_iter().map(str::to_string).collect(),
    }
    .into())
}

/// Up to three names that look like the one typed, the likest first.
pub(super) fn near<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut near: Vec<(f64, &str)> = names.map(|name| (likeness(typed, name), name)).collect();
    near.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(y.1)));
    let best = near.first().map_or(0.0, |(likeness, _)| *likeness);
    let alike = |likeness: f64| likeness >= ALIKE && likeness >= best - BESIDE_THE_BEST;
    let near = near.into_iter().filter(|(likeness, _)| alike(*likeness));
    near.map(|(_, name)| name).take(3).collect()
}

/// Share of neighbouring letters that two keys have in common (Dice).
pub(super) fn likeness(x: &str, y: &str) -> f64 {
    let pairs = |key: &str| -> BTreeSet<(char, char)> {
        let letters: Vec<char> = key.to_lowercase().chars().collect();
        letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let (x, y) = (pairs(x), pairs(y));
    2.0 * x.intersection(&y).count() as f64 / (x.len() + y.len()).max(1) as f64
}
