//! WARC and ARC, record by record, whatever is wrong between them.
//!
//! An own reader: those that exist lose the good record behind a damaged one, or the rest of
//! the file. A record counts as whole where another begins behind it, or nothing does. Any
//! other costs itself alone: reading goes on at the next line with which a record begins,
//! in a compressed file at the next member.
//!
//! The key of a page is its address, so that a page that was crawled twice with the same
//! bytes is one document; with other bytes the later places get a number behind it.

mod header;
mod http;
mod page;

pub(super) use self::header::Dialect;
use self::header::{Front, Head, Kind};
use super::gather::File;
use super::reason::{Reason, Refusal};
use super::window::Bytes;

/// The longest header of a record.
const HEAD_BYTES: usize = 1 << 20;

/// Bytes behind a record in which the next one is looked for.
const BETWEEN: usize = 1024;

/// Records that are followed within one that seems to have swallowed them.
const FOLLOWED: usize = 64;

/// Reads every record; they are counted from 1.
pub(super) fn read(window: &mut Bytes<'_>, dialect: Dialect, file: &mut File<'_, '_>) {
    let mut number = 0;
    // Where damage of the stream was told already.
    let mut told = None;
    while file.out.failed.is_none() {
        skip_blank(window);
        if window.available().is_empty() {
            if window.damage().is_some() && told != Some(window.end_offset()) {
                number += 1;
                file.pause(window, Some(number));
            }
            if window.resume() {
                told = None;
                continue;
            }
            break;
        }
        number += 1;
        let offset = window.offset();
        match record(window, (number, dialect), file) {
            Ok(total) => window.consume(total),
            Err((refusal, is_stream)) => {
                if is_stream {
                    told = Some(window.end_offset());
                }
                file.reject(Some(number), offset, refusal);
                // Not the record that was just refused.
                window.consume(1);
                resynchronise(window, dialect);
                let end = window.end_offset();
                let from = window.damage().map(|damage| end - damage.spoilt.min(end));
                // The damage of the stream is why the record was refused.
                if window.available().is_empty() && from.is_some_and(|from| from <= offset) {
                    told = Some(end);
                }
            }
        }
        window.shrink();
        let bytes = window.offset() - offset;
        file.told(usize::try_from(bytes).unwrap_or(usize::MAX));
    }
}

fn skip_blank(window: &mut Bytes<'_>) {
    loop {
        let held = window.fill(1);
        let blank = held
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        if blank == 0 {
            break;
        }
        window.consume(blank);
    }
}

/// Passes over everything up to the next line with which a record begins.
fn resynchronise(window: &mut Bytes<'_>, dialect: Dialect) {
    /// Bytes that may be the cut beginning of a record.
    const BEGINNING: usize = 64 << 10;
    loop {
        let held = window.available();
        // Where the window begins is no line's beginning.
        if let Some(found) = header::find(held, 1, dialect) {
            return window.consume(found);
        }
        let most = held.len().saturating_sub(BEGINNING);
        window.consume(most);
        if !window.more() {
            let all = window.available().len();
            return window.consume(all);
        }
    }
}

/// The header at the front of the window.
fn head(window: &mut Bytes<'_>, dialect: Dialect) -> Result<Head, Refusal> {
    let mut want = 4096;
    loop {
        let bytes = window.fill(want);
        let last = bytes.len() < want || want > HEAD_BYTES;
        match header::read(bytes, last, dialect) {
            Front::Head(head) => return Ok(head),
            Front::More => want *= 4,
            Front::Broken(refusal) => return Err(refusal),
        }
    }
}

fn damaged(message: &str) -> Refusal {
    let message = format!("{message}; reading went on at the next record");
    Refusal::new(Reason::Damaged, message)
}

/// Reads the record at the front of the window and gives its length.
///
/// # Errors
/// The record is broken, and whether that is the damage of the compressed stream.
fn record(
    window: &mut Bytes<'_>,
    (number, dialect): (u64, Dialect),
    file: &mut File<'_, '_>,
) -> Result<usize, (Refusal, bool)> {
    let offset = window.offset();
    let head = match head(window, dialect) {
        Ok(head) => head,
        Err(refusal) => {
            let cut = window.damage().filter(|_| header_is_cut(window, dialect));
            let cut = cut.map(|damage| (damage.clone(), true));
            return Err(cut.unwrap_or((refusal, false)));
        }
    };
    if head.len > file.options.limits.record_bytes {
        return Err((file.too_long(), false));
    }
    let total = head
        .bytes
        .saturating_add(usize::try_from(head.len).unwrap_or(usize::MAX));
    window.fill(total.saturating_add(BETWEEN));
    let held = window.available();
    let Some(block) = held.get(head.bytes..total) else {
        if header::find(held, head.bytes, dialect).is_some() {
            let what = "the record is said to be longer than what is left of the file";
            return Err((damaged(what), false));
        }
        return Err(match window.damage() {
            Some(damage) => (damage.clone(), true),
            None => {
                let what = "the file ends within the record, as after an interrupted download";
                (Refusal::new(Reason::Truncated, what), false)
            }
        });
    };
    let rest = held.get(total..).unwrap_or_default();
    let behind = rest.trim_ascii_start();
    let followed =
        behind.is_empty() || header::begins(behind, dialect) || mark_is_cut(behind, dialect);
    // Where the mark of the end is in its place, whatever follows is damage of its own.
    if !followed && !ends(rest, dialect) {
        return Err((damaged("the length of the record is wrong"), false));
    }
    if let Some(damage) = window.damage().filter(|_| behind.is_empty()) {
        // The check at the end of a member tells that what it gave is not what was packed.
        let end = window.end_offset();
        if damage.reason == Reason::Corrupt && end - damage.spoilt.min(end) == offset {
            return Err((damage.clone(), true));
        }
    }
    if swallows(block, dialect) {
        return Err((
            damaged("the record is said to be so long that others lie within it"),
            false,
        ));
    }
    if head.kind == Kind::Other {
        file.out.counts.passed += 1;
        return Ok(total);
    }
    let place = file.place(Some(number), offset);
    match page::read(&head, block, place, file) {
        Ok(true) => {}
        Ok(false) => file.out.counts.passed += 1,
        Err(refusal) => file.reject(Some(number), offset, refusal),
    }
    Ok(total)
}

/// Whether the stream was damaged within the header at the front.
fn header_is_cut(window: &Bytes<'_>, dialect: Dialect) -> bool {
    let held = window.available();
    held.len() < HEAD_BYTES && header::find(held, 1, dialect).is_none()
}

/// Whether the mark of the end of a record stands here.
fn ends(rest: &[u8], dialect: Dialect) -> bool {
    match dialect {
        Dialect::Warc => rest.starts_with(b"\r\n\r\n") || rest.starts_with(b"\n\n"),
        Dialect::Arc => rest.starts_with(b"\n"),
    }
}

/// Whether so few bytes are left that they may begin a record.
fn mark_is_cut(behind: &[u8], dialect: Dialect) -> bool {
    match dialect {
        Dialect::Warc => b"WARC/1.".starts_with(behind),
        Dialect::Arc => !behind.contains(&b'\n') && behind.len() >= BETWEEN / 2,
    }
}

/// Whether other records fill the end of the block exactly, so that its length is wrong
/// although the next record begins behind it.
fn swallows(block: &[u8], dialect: Dialect) -> bool {
    // A crawl within a crawl is an honest record.
    if dialect == Dialect::Arc || header::begins(block, dialect) {
        return false;
    }
    let mut at = match header::find(block, 1, dialect) {
        Some(found) => found,
        None => return false,
    };
    for _ in 0..FOLLOWED {
        let rest = block.get(at..).unwrap_or_default();
        let Front::Head(inner) = header::read(rest, true, dialect) else {
            return false;
        };
        let len = usize::try_from(inner.len).unwrap_or(usize::MAX);
        let Some(behind) = rest.get(inner.bytes.saturating_add(len)..) else {
            return false;
        };
        let next = behind.trim_ascii_start();
        if next.is_empty() {
            return true;
        }
        if !header::begins(next, dialect) {
            return false;
        }
        at = block.len() - next.len();
    }
    true
}
