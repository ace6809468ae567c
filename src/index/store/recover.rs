//! What a crash left at the end of the log: how far it is whole.

use super::batches::{Batches, Stop, any_knows_more};
use super::files::{Files, OpenFile, read_full, write_all};
use super::format::{SEGMENT_HEAD, SegmentHead};
use super::{damaged, segment_name};
use crate::error::Error;

/// The end of the last segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail {
    /// Bytes up to the end of the last intact batch.
    pub end: u64,
    /// Bytes of the file.
    pub length: u64,
    /// Bytes known to be on the disk.
    pub durable: u64,
    /// Number of the next batch.
    pub sequence: u64,
}

/// Checks the head of a segment's file.
///
/// # Errors
/// Damage; what the system says.
pub(super) fn check_head(
    files: &dyn Files,
    file: &dyn OpenFile,
    number: u32,
    fingerprint: u64,
) -> Result<SegmentHead, Error> {
    let name = segment_name(number);
    let mut bytes = [0; SEGMENT_HEAD as usize];
    read_full(file, &mut bytes, 0)
        .map_err(|cause| Error::io("reading", files.place().join(&name), cause))?;
    match SegmentHead::parse(&bytes) {
        Some(head) if head.number == number && head.fingerprint == fingerprint => Ok(head),
        Some(_) => Err(damaged(files, &name, 0, "the head of another segment")),
        None => Err(damaged(files, &name, 0, "no intact head of a segment")),
    }
}

/// Finds the end of the last segment, of which `durable` bytes are known to be on the disk.
///
/// A batch that is not intact is a torn write, which was never acknowledged, unless it is known
/// that more was on the disk: then it is damage. A later intact batch alone proves nothing,
/// since what was not synced may reach the disk in any order.
///
/// # Errors
/// Damage; what the system says.
pub(super) fn tail(
    files: &dyn Files,
    file: &dyn OpenFile,
    number: u32,
    durable: u64,
    sequence: u64,
) -> Result<Tail, Error> {
    let name = segment_name(number);
    let io = |cause| Error::io("reading", files.place().join(&name), cause);
    // Taken once, before anything is read: what a writer adds meanwhile is not looked at, so
    // that a batch that it was just writing cannot pass for a damaged one.
    let length = file.length().map_err(io)?;
    if length < durable {
        let what = format!("the file ends here, of {durable} bytes that were on the disk");
        return Err(damaged(files, &name, length, what));
    }
    let mut tail = Tail {
        end: durable,
        length,
        durable,
        sequence,
    };
    let mut batches = Batches::new(file, number, durable, length, sequence).exact();
    loop {
        match batches.next() {
            Ok(Some(batch)) => {
                tail.end = batch.end();
                tail.durable = tail.durable.max(batch.head.durable);
                tail.sequence = batch.head.sequence.saturating_add(1);
            }
            Ok(None) => return Ok(tail),
            Err(Stop::Io(cause)) => return Err(io(cause)),
            Err(Stop::Bad {
                offset,
                what,
                behind,
            }) => {
                // Within a batch whose head is intact its own bytes are not searched.
                return match any_knows_more(file, number, (behind, length), offset).map_err(io)? {
                    true => Err(damaged(files, &name, offset, what)),
                    false => Ok(tail),
                };
            }
        }
    }
}

/// Cuts off what is torn and brings the rest to the disk.
///
/// The bytes that are not known to be on the disk are written once more first: where a sync of
/// an earlier process failed, the system may take them for clean, and to sync them
/// again would prove nothing.
///
/// # Errors
/// What the system says.
pub(super) fn settle(file: &dyn OpenFile, tail: &Tail) -> std::io::Result<()> {
    const PIECE: u64 = 4 << 20;
    if tail.length == tail.durable {
        return Ok(());
    }
    let mut piece = Vec::new();
    let mut at = tail.durable;
    while at < tail.end {
        piece.resize((tail.end - at).min(PIECE) as usize, 0);
        let read = read_full(file, &mut piece, at)?;
        if read < piece.len() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        write_all(file, &piece, at)?;
        at += piece.len() as u64;
    }
    if tail.length > tail.end {
        file.truncate(tail.end)?;
    }
    file.sync()
}
