//! `wirecopy index rebuild`: an index that opens again, with all that is intact.

use std::io;
use std::sync::Arc;

use super::copy::Copy;
use super::files::{Files, OpenFile, read_full};
use super::format::{SEGMENT_HEAD, SegmentHead, fingerprint_hash};
use super::manifest::{Fault, MANIFEST, Manifest, fault_error, other_settings};
use super::open::new_segment;
use super::recover::tail;
use super::survey::{Found, survey};
use super::verify::damage;
use super::{Damage, lock, names, segment_name, trouble};
use crate::error::{Error, IndexTrouble};

/// What [`salvage`] kept and lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// Entries kept.
    pub entries: u64,
    /// Entries lost, at least; of those that have lost even their heads nobody knows the number.
    pub lost_entries: u64,
    /// Bytes lost.
    pub lost_bytes: u64,
    /// Where.
    pub damage: Vec<Damage>,
}

/// A segment as it was found.
struct Remains {
    number: u32,
    file: Arc<dyn OpenFile>,
    /// Bytes that count.
    end: u64,
    /// The lowest number a batch of it can have.
    first: u64,
    /// The highest number of a batch of it.
    last: u64,
    kept: u64,
    lost_entries: u64,
    lost_bytes: u64,
    damage: Vec<Damage>,
}

/// Makes an index that opens again of a damaged one, with every entry that is intact, in order.
///
/// Segments that hold damage, and the last, are written anew, and nothing is removed before
/// the new ones are on the disk, so that it may be killed at any time. Places in those segments
/// change. Of a batch that is damaged the intact entries are kept. Without a
/// readable manifest the order is that of the batches' numbers, and `fingerprint` is
/// taken at its word where the heads of the segments agree.
///
/// # Errors
/// What the system says; another process has it; it was made with other settings or by another
/// version; nothing there was ever an index.
pub fn salvage(files: Arc<dyn Files>, fingerprint: &str) -> Result<Salvaged, Error> {
    let files = &*files;
    let io = |cause| Error::io("rebuilding the index", files.place(), cause);
    let found = files.list().map_err(io)?;
    let numbers = || found.iter().filter_map(|name| names::segment(name));
    if numbers().next().is_none() && !found.iter().any(|name| name == MANIFEST) {
        return Err(fault_error(files, Fault::Absent));
    }
    let _lock = lock::take(files)?;
    let mut report = Salvaged::default();
    let manifest = match Manifest::load(files).map_err(io)? {
        Ok(manifest) => Some(manifest),
        Err(fault @ Fault::Version(_)) => return Err(fault_error(files, fault)),
        Err(Fault::Absent) => {
            report
                .damage
                .push(damage(MANIFEST, 0, "the file is missing"));
            None
        }
        Err(Fault::Damaged(what)) => {
            report.damage.push(damage(MANIFEST, 0, what));
            None
        }
    };
    let remains = match &manifest {
        Some(manifest) => {
            if let Some(other) = other_settings(&manifest.fingerprint, fingerprint) {
                return Err(trouble(files, other));
            }
            named(files, manifest, &mut report)?
        }
        None => unnamed(files, numbers(), fingerprint, &mut report)?,
    };
    let newest = numbers().max().unwrap_or(0);
    let next = manifest.as_ref().map_or(1, |manifest| manifest.next);
    let next = next.max(newest.saturating_add(1));
    let generation = generation(files, manifest.as_ref(), &found);
    let new = rebuilt(files, remains, (next, generation), fingerprint, &mut report).map_err(io)?;
    // Snapshots know places that have moved, and with the manifest the number may be lost that tells.
    for name in found.iter().filter(|name| names::table(name).is_some()) {
        names::remove(files, name).map_err(io)?;
    }
    files.sync_dir().map_err(io)?;
    new.store(files).map_err(io)?;
    let found = files.list().map_err(io)?;
    names::sweep(files, &new, &found).map_err(io)?;
    Ok(report)
}

/// A number of a generation that no snapshot in the folder has.
fn generation(files: &dyn Files, manifest: Option<&Manifest>, found: &[String]) -> u64 {
    let mut newest = manifest.map_or(0, |manifest| manifest.generation);
    for name in found.iter().filter(|name| names::table(name).is_some()) {
        let mut head = [0; 48];
        let file = files.open(name, false);
        let read = file.and_then(|file| read_full(&*file, &mut head, 0));
        if let (Ok(_), Some(generation)) = (read, super::format::u64_at(&head, 24)) {
            // A damaged head may say anything; such a snapshot is not taken anyway.
            newest = newest.max(generation & (u64::MAX >> 16));
        }
    }
    newest + 1
}

/// The segments that the manifest names, in its order.
fn named(
    files: &dyn Files,
    manifest: &Manifest,
    report: &mut Salvaged,
) -> Result<Vec<Remains>, Error> {
    let io = |cause| Error::io("rebuilding the index", files.place(), cause);
    let mut all: Vec<Remains> = Vec::new();
    for (index, &(number, bytes)) in manifest.segments.iter().enumerate() {
        let name = segment_name(number);
        let file = match files.open(&name, false) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                report.damage.push(damage(&name, 0, "the file is missing"));
                report.lost_bytes += bytes;
                continue;
            }
            Err(cause) => return Err(io(cause)),
        };
        let length = file.length().map_err(io)?;
        let is_last = index + 1 == manifest.segments.len();
        let end = match is_last {
            // What is torn and was never acknowledged is no loss.
            true => match tail(files, &*file, number, bytes, manifest.sequence) {
                Ok(tail) => tail.end,
                Err(_) => length,
            },
            false => length.min(bytes),
        };
        let previous = all.last().map_or(0, |before| before.last);
        let fingerprint = fingerprint_hash(&manifest.fingerprint);
        let mut remains = examine(file, number, end, fingerprint, previous).map_err(io)?;
        if length < bytes {
            let what = format!("the file ends here, of {bytes} bytes");
            remains.damage.push(damage(&name, length, what));
            remains.lost_bytes += bytes - length;
        } else if !is_last && length > bytes {
            remains
                .damage
                .push(damage(&name, bytes, "bytes behind the end"));
        }
        all.push(remains);
    }
    Ok(all)
}

/// All segments of the folder in the order of their batches, of two with the same batches one.
fn unnamed(
    files: &dyn Files,
    numbers: impl Iterator<Item = u32>,
    fingerprint: &str,
    report: &mut Salvaged,
) -> Result<Vec<Remains>, Error> {
    let io = |cause| Error::io("rebuilding the index", files.place(), cause);
    let own = fingerprint_hash(fingerprint);
    let mut all = Vec::new();
    for number in numbers {
        let file = files.open(&segment_name(number), false).map_err(io)?;
        let length = file.length().map_err(io)?;
        let mut head = [0; SEGMENT_HEAD as usize];
        read_full(&*file, &mut head, 0).map_err(io)?;
        if SegmentHead::parse(&head).is_some_and(|head| head.fingerprint != own) {
            let wanted = fingerprint.lines().next().unwrap_or_default().to_string();
            let found = "(the manifest that had them is lost)".to_string();
            return Err(trouble(files, IndexTrouble::Settings { found, wanted }));
        }
        all.push(examine(file, number, length, own, 0).map_err(io)?);
    }
    all.sort_by_key(|remains| (remains.first, remains.number));
    // A segment and what it was rewritten to, of which a crash left both, begin alike: the
    // older is taken, which has all that the newer has.
    let mut kept: Vec<Remains> = Vec::new();
    for remains in all {
        match kept.last() {
            Some(before) if remains.kept > 0 && remains.first <= before.last => {
                let name = segment_name(remains.number);
                let what = format!("the same batches as {}", segment_name(before.number));
                report.damage.push(damage(&name, 0, what));
            }
            _ => kept.push(remains),
        }
    }
    Ok(kept)
}

/// Counts what is intact in a segment, and what is not.
fn examine(
    file: Arc<dyn OpenFile>,
    number: u32,
    end: u64,
    fingerprint: u64,
    previous: u64,
) -> io::Result<Remains> {
    let name = segment_name(number);
    let mut head = [0; SEGMENT_HEAD as usize];
    read_full(&*file, &mut head, 0)?;
    let head = SegmentHead::parse(&head)
        .filter(|head| head.number == number && head.fingerprint == fingerprint);
    let mut damaged = Vec::new();
    if head.is_none() {
        damaged.push(damage(&name, 0, "no intact head of a segment"));
    }
    let (mut kept, mut lost_bytes, mut lost_entries) = (0_u64, 0_u64, 0_u64);
    // Entries that the batch still owes.
    let mut owed = 0_u64;
    let (mut lowest, mut last) = (None, 0);
    survey(&*file, number, end, &mut |found| {
        match found {
            Found::Batch(head) => {
                lost_entries += owed;
                owed = u64::from(head.count);
                lowest.get_or_insert(head.sequence.saturating_sub(u64::from(kept > 0)));
                last = head.sequence;
            }
            Found::Entry(..) => {
                kept += 1;
                owed = owed.saturating_sub(1);
            }
            Found::Gap(from, to, what) => {
                lost_bytes += to - from;
                let what = format!("{what} ({} bytes)", to - from);
                damaged.push(damage(&name, from, what));
            }
        }
        Ok(())
    })?;
    let first = head.map(|head| head.first).or(lowest);
    let first = first.unwrap_or(previous.saturating_add(1));
    Ok(Remains {
        number,
        file,
        end,
        first,
        last: match kept {
            0 => last,
            _ => last.max(first),
        },
        kept,
        lost_entries: lost_entries + owed,
        lost_bytes,
        damage: damaged,
    })
}

/// Writes what is damaged, and the last, anew, and returns the manifest of it all.
fn rebuilt(
    files: &dyn Files,
    remains: Vec<Remains>,
    (next, generation): (u32, u64),
    fingerprint: &str,
    report: &mut Salvaged,
) -> io::Result<Manifest> {
    let own = fingerprint_hash(fingerprint);
    let mut next = next;
    let mut segments = Vec::new();
    let mut temporary = Vec::new();
    let mut sequence = 0;
    let count = remains.len();
    for (index, old) in remains.into_iter().enumerate() {
        report.entries += old.kept;
        report.lost_entries += old.lost_entries;
        report.lost_bytes += old.lost_bytes;
        let is_intact = old.damage.is_empty() && index + 1 < count;
        report.damage.extend(old.damage.iter().cloned());
        if is_intact {
            segments.push((old.number, old.end));
            sequence = old.last.max(sequence);
            continue;
        }
        if old.kept == 0 {
            continue;
        }
        let name = format!("{}.tmp", segment_name(next));
        let head = SegmentHead {
            number: next,
            fingerprint: own,
            first: old.first,
        };
        let copy = Copy::begin(files, &name, head)?;
        let (bytes, last) = pour(&old, copy, sequence)?;
        sequence = last;
        segments.push((next, bytes));
        temporary.push((name, segment_name(next)));
        next += 1;
    }
    // Under their temporary names they are nothing to a rebuild without a manifest, which
    // must never take a part of them for the whole.
    for (name, wanted) in temporary {
        files.rename(&name, &wanted)?;
    }
    let log = new_segment(files, next, own, sequence + 1)?;
    segments.push((log.number, SEGMENT_HEAD));
    Ok(Manifest {
        fingerprint: fingerprint.to_string(),
        generation,
        next: next + 1,
        sequence: sequence + 1,
        segments,
    })
}

/// Copies the intact entries of a segment. Returns its length and the number of its last batch.
fn pour(old: &Remains, mut copy: Copy, before: u64) -> io::Result<(u64, u64)> {
    // Entries whose batch has lost its head get the number behind the one before, which was free.
    let mut sequence = before.max(old.first.saturating_sub(1));
    let (mut due, mut held) = (sequence + 1, false);
    survey(&*old.file, old.number, old.end, &mut |found| {
        match found {
            Found::Batch(head) => {
                if held {
                    copy.end_batch(due)?;
                    (sequence, held) = (due, false);
                }
                due = head.sequence.max(sequence + 1);
            }
            Found::Entry(kind, bytes) => {
                copy.entry(kind, bytes);
                held = true;
            }
            Found::Gap(..) => {}
        }
        Ok(())
    })?;
    if held {
        copy.end_batch(due)?;
        sequence = due;
    }
    let (_, bytes) = copy.finish()?;
    Ok((bytes, sequence))
}
