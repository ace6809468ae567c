//! Documents by the keys that were typed.

use std::ffi::OsStr;

pub(super) use crate::config::{likeness, near};
use crate::document::{DocId, Document};
use crate::error::{Error, ErrorKind};
use crate::write::original;

/// The document with a key, or with the one that stands in a cell of CSV as this.
pub(super) fn find(documents: &[Document], key: &OsStr) -> Result<DocId, Error> {
    let key = key.to_string_lossy();
    for key in [&*key, original(&key)] {
        if let Ok(at) = documents.binary_search_by(|document| (*document.key).cmp(key)) {
            return Ok(DocId(at as u32));
        }
    }
    let near = near(&key, documents.iter().map(|document| &*document.key));
    Err(ErrorKind::UnknownKey {
        key: key.to_string(),
        near: near.into_iter().map(str::to_string).collect(),
    }
    .into())
}
