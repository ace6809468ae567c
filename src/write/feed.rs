//! Kept records, written back as they were read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::document::Document;

/// What a feed is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedKind<'a> {
    /// JSON lines.
    Lines,
    /// Rows of tables that share this header line.
    Table(&'a [u8]),
    /// Whole text files: their paths are written.
    Paths,
    /// Several of these, which no one feed can hold.
    Mixed,
}

/// Says what the documents are made of, given the header lines of tables by path.
pub fn feed_kind<'a>(
    documents: &[&Document],
    headers: &'a BTreeMap<String, Box<[u8]>>,
) -> FeedKind<'a> {
    let kind = |document: &&Document| match (&document.raw, headers.get(&document.place.path)) {
        (None, _) => FeedKind::Paths,
        (Some(_), Some(header)) => FeedKind::Table(header),
        (Some(_), None) => FeedKind::Lines,
    };
    let mut kinds = documents.iter().map(kind);
    let first = kinds.next().unwrap_or(FeedKind::Lines);
    if kinds.all(|other| other == first) {
        first
    } else {
        FeedKind::Mixed
    }
}

/// Writes documents in the given order: records byte for byte, each with a line
/// end; of whole files the paths. A mixed feed gives nothing.
///
/// # Errors
/// What the output says.
pub fn feed(documents: &[&Document], kind: FeedKind<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let FeedKind::Table(header) = kind {
        out.write_all(header)?;
        out.write_all(b"\n")?;
    }
    let mut paths = BTreeSet::new();
    for document in documents {
        match (kind, &document.raw) {
            (FeedKind::Lines | FeedKind::Table(_), Some(raw)) => {
                out.write_all(raw)?;
                out.write_all(b"\n")?;
            }
            (FeedKind::Paths, _) if paths.insert(&document.place.path) => {
                writeln!(out, "{}", document.place.path)?;
            }
            _ => {}
        }
    }
    Ok(())
}
