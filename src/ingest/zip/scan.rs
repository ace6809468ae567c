//! Members of an archive whose directory is missing, found by the headers before them.

use std::collections::BTreeMap;
use std::io;

use memchr::memmem;

use super::header::{self, CENTRAL, Entry, LOCAL, u32_at};
use super::stretch::Stored;

const PIECE: usize = 256 << 10;

/// Bytes of a descriptor behind a member whose lengths stand there.
const DESCRIPTOR: u64 = 16;

/// The next place from `at` on where one of `marks` stands.
fn find(stored: &Stored<'_>, mut at: u64, marks: &[&[u8]]) -> io::Result<Option<u64>> {
    loop {
        let piece = stored.bytes(at, PIECE)?;
        let found = marks.iter().filter_map(|mark| memmem::find(&piece, mark));
        if let Some(found) = found.min() {
            return Ok(Some(at + found as u64));
        }
        if piece.len() < PIECE {
            return Ok(None);
        }
        // A mark may lie across two pieces.
        at += (PIECE - 3) as u64;
    }
}

/// Whether a member may end here: with the file, or where something else of the archive
/// begins, at most a descriptor later.
fn may_end(stored: &Stored<'_>, end: u64) -> io::Result<bool> {
    let behind = stored.bytes(end, 32)?;
    // Descriptors of 32 and of 64 bits, with and without a mark of their own.
    let begins = |at: usize| {
        let mark = behind.get(at..at + 4).unwrap_or_default();
        mark == LOCAL || mark == CENTRAL || mark == b"PK\x07\x08"
    };
    Ok(end == stored.len || [0, 12, 16, 20, 24].into_iter().any(begins))
}

/// The length of the bytes at `data`, of those that the archive tells of them the first
/// that can be; else they go on to the next header, since a wrong length would hide others.
pub(super) fn packed(stored: &Stored<'_>, data: u64, told: &[u64]) -> io::Result<u64> {
    for &len in told {
        if may_end(stored, data.saturating_add(len))? {
            return Ok(len);
        }
    }
    let next = find(stored, data, &[LOCAL, CENTRAL])?.unwrap_or(stored.len);
    Ok(next.saturating_sub(data))
}

/// The first member from `at` on: its header, where its bytes are, and where to go on.
/// Those that lie in `known`, by start and end, are passed over.
pub(super) fn next(
    stored: &Stored<'_>,
    mut at: u64,
    known: &BTreeMap<u64, u64>,
) -> io::Result<Option<(Entry, u64, u64)>> {
    while let Some(found) = find(stored, at, &[LOCAL])? {
        let before = known.range(..=found).next_back();
        if let Some((_, end)) = before.filter(|(_, end)| **end > found) {
            at = *end;
            continue;
        }
        let Some((mut entry, data)) = header::local(stored, found)?.filter(|(entry, _)| {
            !entry.name.is_empty() && entry.method < 100 && !entry.name.contains(&0)
        }) else {
            at = found + 1;
            continue;
        };
        if entry.open {
            // The bytes end where the next header begins, or with the file.
            let next = find(stored, data, &[LOCAL, CENTRAL])?.unwrap_or(stored.len);
            entry.packed = next.saturating_sub(data);
            let behind = next.saturating_sub(DESCRIPTOR).max(data);
            let descriptor = stored.bytes(behind, DESCRIPTOR as usize)?;
            if descriptor.starts_with(b"PK\x07\x08") {
                entry.crc = u32_at(&descriptor, 4);
                entry.packed = u64::from(u32_at(&descriptor, 8)).min(behind - data);
                entry.len = u64::from(u32_at(&descriptor, 12));
                entry.open = false;
            }
            return Ok(Some((entry, data, next)));
        }
        let end = data.saturating_add(entry.packed);
        // What a stored member of a cut archive holds may be an archive with headers of its own.
        let nested = entry.method == 0 && end > stored.len && stored.bytes(data, 2)? == b"PK";
        if !nested {
            entry.packed = packed(stored, data, &[entry.packed])?;
        }
        let on = data.saturating_add(entry.packed).min(stored.len);
        return Ok(Some((entry, data, on)));
    }
    Ok(None)
}
