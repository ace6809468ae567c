//! A segment read in spite of damage: every entry that is intact, and the gaps between.

use std::io;

use super::Place;
use super::files::OpenFile;
use super::format::{
    BATCH_HEAD, BATCH_MAGIC, BatchHead, ENTRY_HEAD, EntryHead, SEGMENT_HEAD, u32_at,
};
use super::window::Window;

/// What stands in a segment, in order.
pub(super) enum Found<'w> {
    /// An intact head of a batch.
    Batch(BatchHead),
    /// An intact entry.
    Entry(u8, &'w [u8]),
    /// Bytes from one offset to another that are neither. May be empty: entries that a head
    /// counts end before their number does.
    Gap(u64, u64, &'static str),
}

/// Goes through the batches of a segment up to byte `end`.
///
/// An entry proves itself, so those of a batch that is damaged elsewhere are found too.
/// Every byte is under a checksum that is looked at, or in a gap.
///
/// # Errors
/// What `each` or the system says.
pub(super) fn survey(
    file: &dyn OpenFile,
    number: u32,
    end: u64,
    each: &mut dyn FnMut(Found<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut window = Window::new(file, end);
    let mut at = SEGMENT_HEAD;
    // Entries that the batch still owes, and where they must have ended.
    let mut owed = 0_u64;
    while at < end {
        let place = Place {
            segment: number,
            offset: at,
        };
        if let Some(head) = BatchHead::parse(window.bytes(at, BATCH_HEAD)?, place) {
            if owed > 0 {
                each(Found::Gap(at, at, "entries of a batch are missing"))?;
            }
            owed = u64::from(head.count);
            each(Found::Batch(head))?;
            at += BATCH_HEAD as u64;
        } else if let Some(head) = entry(&mut window, place)? {
            let bytes = window.bytes(at, ENTRY_HEAD + head.length)?;
            let bytes = bytes.get(ENTRY_HEAD..).unwrap_or_default();
            each(Found::Entry(head.kind, bytes))?;
            owed = owed.saturating_sub(1);
            at += (ENTRY_HEAD + head.length) as u64;
        } else {
            let behind = search(&mut window, place, end)?;
            let what = "neither batch nor entry that was written here";
            each(Found::Gap(at, behind, what))?;
            // The gap stands for what is owed.
            (at, owed) = (behind, 0);
        }
    }
    match owed {
        0 => Ok(()),
        _ => each(Found::Gap(end, end, "entries of a batch are missing")),
    }
}

/// The intact entry at a place, if one stands there.
fn entry(window: &mut Window<'_>, at: Place) -> io::Result<Option<EntryHead>> {
    let Some(head) = EntryHead::parse(window.bytes(at.offset, ENTRY_HEAD)?, at) else {
        return Ok(None);
    };
    let bytes = window.bytes(at.offset, ENTRY_HEAD + head.length)?;
    let whole = bytes
        .get(ENTRY_HEAD..)
        .is_some_and(|bytes| head.covers(bytes));
    Ok(whole.then_some(head))
}

/// The next offset behind `from` at which a batch or an entry stands, or `end`.
fn search(window: &mut Window<'_>, from: Place, end: u64) -> io::Result<u64> {
    /// Bytes looked at in one go.
    const PIECE: usize = 64 << 10;
    let mut at = from.offset + 1;
    while at < end {
        let piece = window.bytes(at, PIECE + BATCH_HEAD)?;
        let steps = piece.len().min(PIECE);
        let likely = (0..steps).find(|&step| {
            let Some(bytes) = piece.get(step..) else {
                return false;
            };
            let offset = at + step as u64;
            let place = Place { offset, ..from };
            let fits = u32_at(bytes, 0).is_some_and(|length| u64::from(length) <= end - offset);
            (fits && EntryHead::parse(bytes, place).is_some())
                || (bytes.starts_with(BATCH_MAGIC) && BatchHead::parse(bytes, place).is_some())
        });
        let Some(step) = likely else {
            at += steps.max(1) as u64;
            continue;
        };
        at += step as u64;
        let place = Place { offset: at, ..from };
        let is_batch = BatchHead::parse(window.bytes(at, BATCH_HEAD)?, place).is_some();
        if is_batch || entry(window, place)?.is_some() {
            return Ok(at);
        }
        at += 1;
    }
    Ok(end)
}
