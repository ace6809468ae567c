//! Kept records, written back as they were read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use rayon::prelude::*;

use super::inert::inert;
use crate::document::{Archive, Document, Extent};

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
    let kind = |document: &&Document| match (&document.raw, headers.get(&*document.place.path)) {
        (None, _) => FeedKind::Paths,
        (Some(_), Some(header)) => FeedKind::Table(header),
        (Some(_), None) => FeedKind::Lines,
    };
    // Two tables may end their header lines differently.
    let alike = |x: FeedKind<'_>, y: FeedKind<'_>| match (x, y) {
        (FeedKind::Table(x), FeedKind::Table(y)) => x.trim_ascii_end() == y.trim_ascii_end(),
        _ => x == y,
    };
    let mut kinds = documents.iter().map(kind);
    let first = kinds.next().unwrap_or(FeedKind::Lines);
    if kinds.all(|other| alike(first, other)) {
        first
    } else {
        FeedKind::Mixed
    }
}

/// Writes documents in the given order: records byte for byte (a last one without
/// a line end gets one); of whole files the paths. A mixed feed gives nothing.
///
/// # Errors
/// What the output says.
pub fn feed(
    documents: &[&Document],
    archive: &Archive,
    kind: FeedKind<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if let FeedKind::Table(header) = kind {
        write_line(header, out)?;
    }
    match kind {
        FeedKind::Lines | FeedKind::Table(_) => records(documents, archive, out),
        FeedKind::Paths => {
            let mut paths = BTreeSet::new();
            for document in documents {
                if paths.insert(&document.place.path) {
                    writeln!(out, "{}", inert(&document.place.path))?;
                }
            }
            Ok(())
        }
        FeedKind::Mixed => Ok(()),
    }
}

/// Writes records, reading the next ones on all threads while none is held for long.
fn records(documents: &[&Document], archive: &Archive, out: &mut dyn Write) -> io::Result<()> {
    /// Stretches that are in memory at once.
    const BATCH: usize = 16;
    for batch in stretches(documents).chunks(BATCH) {
        let read: Vec<Vec<u8>> = batch
            .par_iter()
            .map(|&stretch| archive.bytes(stretch))
            .collect();
        for records in read {
            write_line(&records, out)?;
        }
    }
    Ok(())
}

/// Records that stand one behind the other, joined as far as is worth it: most are
/// kept in the order of their input. The last record of an input may lack its line
/// end, so inputs are never joined.
fn stretches(documents: &[&Document]) -> Vec<Extent> {
    const LONGEST: u32 = 1 << 20;
    let mut joined: Vec<Extent> = Vec::new();
    let mut path = "";
    for document in documents {
        let Some(record) = document.raw else { continue };
        let own = &*document.place.path;
        match joined.last_mut() {
            Some(last)
                if path == own
                    && last.source == record.source
                    && last.offset + u64::from(last.bytes) == record.offset
                    && last.bytes.saturating_add(record.bytes) <= LONGEST =>
            {
                last.bytes += record.bytes;
            }
            _ => joined.push(record),
        }
        path = own;
    }
    joined
}

fn write_line(line: &[u8], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(line)?;
    if line.ends_with(b"\n") || line.ends_with(b"\r") {
        return Ok(());
    }
    out.write_all(b"\n")
}
