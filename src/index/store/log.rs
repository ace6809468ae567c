//! The log: appends, commits, reads.

use std::io::{self, Write};
use std::sync::Arc;

use super::{Damage, Files, Place, Position, Salvaged, Segment, Snapshot};
use crate::error::{Error, ErrorKind};

/// How a store is kept; none of it changes what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// A segment of this many bytes is closed before the next batch begins.
    pub segment_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            segment_bytes: 256 << 20,
        }
    }
}

/// An open log: one writer, or any number of readers.
///
/// After a write or a sync that failed every further call that would write fails; reads go on.
/// Opened again, it holds what was acknowledged.
pub struct Store {
    _files: Arc<dyn Files>,
}

fn later<T>() -> Result<T, Error> {
    Err(ErrorKind::Internal("not built yet".into()).into())
}

impl Store {
    /// Opens the index for writing, makes it where there is none, and clears up after a crash.
    ///
    /// `fingerprint` is what decides answers, as lines of text that people can read.
    ///
    /// # Errors
    /// Another process has it; it was made by another version or with other settings; it is
    /// damaged; the folder holds something else; what the system says.
    pub fn create_or_open(
        files: Arc<dyn Files>,
        fingerprint: &str,
        options: &Options,
    ) -> Result<Store, Error> {
        _ = (files, fingerprint, options);
        later()
    }

    /// Opens the index for reading, as it is now; what a writer adds later is not seen.
    /// Writes nothing and takes no lock. Without a `fingerprint` any settings will do.
    ///
    /// # Errors
    /// As [`create_or_open`](Store::create_or_open), and where there is no index.
    pub fn open_read(files: Arc<dyn Files>, fingerprint: Option<&str>) -> Result<Store, Error> {
        _ = (files, fingerprint);
        later()
    }

    /// The settings that it was made with, as they were given.
    pub fn fingerprint(&self) -> &str {
        ""
    }

    /// Puts an entry into the open batch and returns where it will stand.
    /// It can be read at once. Touches no file, other than to begin a new segment.
    ///
    /// # Errors
    /// An entry of more than 1 GiB, a batch of more than 3 GiB; an earlier write failed; what the system says.
    pub fn append(&mut self, kind: u8, bytes: &[u8]) -> Result<Place, Error> {
        _ = (kind, bytes);
        later()
    }

    /// Puts the bytes of an entry into `out`, in place of what it holds, and returns its kind.
    /// One read of the file for up to 8 KiB, two beyond.
    ///
    /// # Errors
    /// Nothing stands there, or not what was written; what the system says.
    pub fn read(&self, place: Place, out: &mut Vec<u8>) -> Result<u8, Error> {
        _ = (place, out);
        later()
    }

    /// Entries of the open batch.
    pub fn pending(&self) -> usize {
        0
    }

    /// Writes the open batch. With `durable` it is on the disk when this returns, and so is
    /// everything before; without, it survives the end of the process but not a power loss.
    ///
    /// # Errors
    /// What the system says, or an earlier write failed. The batch is not acknowledged then; a
    /// later open finds it whole or not at all.
    pub fn commit(&mut self, durable: bool) -> Result<(), Error> {
        _ = durable;
        later()
    }

    /// Brings every committed batch to the disk.
    ///
    /// # Errors
    /// As [`commit`](Store::commit).
    pub fn sync(&mut self) -> Result<(), Error> {
        later()
    }

    /// The end of the last committed batch.
    pub fn end(&self) -> Position {
        Position::START
    }

    /// Hands every committed entry behind `from` to `each`, in the order of the log.
    ///
    /// # Errors
    /// Damage, with its place; no border of batches is there; what `each` or the system says.
    pub fn replay(
        &self,
        from: Position,
        each: &mut dyn FnMut(Place, u8, &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        _ = (from, each);
        later()
    }

    /// Keeps a snapshot of the caller's tables, as they are at [`end`](Store::end), in place of
    /// the last one. The log is synced first. A snapshot is a cache: to lose it costs time.
    ///
    /// # Errors
    /// What `write` or the system says, or an earlier write failed.
    pub fn save_table(
        &mut self,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        _ = write;
        later()
    }

    /// The last snapshot, or why there is none to use.
    ///
    /// # Errors
    /// What the system says.
    pub fn table(&self) -> Result<Snapshot, Error> {
        later()
    }

    /// The segments in the order of the log. The last is the one that grows.
    pub fn segments(&self) -> Vec<Segment> {
        Vec::new()
    }

    /// Closes the last segment where it holds an entry, so that it can be rewritten.
    ///
    /// # Errors
    /// As [`commit`](Store::commit); entries are pending.
    pub fn seal(&mut self) -> Result<(), Error> {
        later()
    }

    /// Writes a closed segment anew with the entries that `keep` wants, at its place in the order,
    /// and removes the old one. `moved` is told old and new place of each when the new
    /// one is on the disk. The snapshot is stale afterwards.
    ///
    /// # Errors
    /// Damage, no such segment, or the last one; what the system says, or an earlier write failed.
    pub fn rewrite(
        &mut self,
        number: u32,
        keep: &mut dyn FnMut(Place, u8, &[u8]) -> bool,
        moved: &mut dyn FnMut(Place, Place),
    ) -> Result<(), Error> {
        _ = (number, keep, moved);
        later()
    }

    /// Removes a closed segment with all its entries. The snapshot is stale afterwards.
    ///
    /// # Errors
    /// As [`rewrite`](Store::rewrite).
    pub fn drop_segment(&mut self, number: u32) -> Result<(), Error> {
        _ = number;
        later()
    }

    /// Syncs and notes how long the log is, so that any loss is seen. What is
    /// pending is not written. To drop a store instead is as to be killed.
    ///
    /// # Errors
    /// As [`commit`](Store::commit).
    pub fn close(self) -> Result<(), Error> {
        later()
    }
}

pub(super) fn verify(_files: &dyn Files) -> Result<Vec<Damage>, Error> {
    later()
}

pub(super) fn salvage(_files: Arc<dyn Files>, _fingerprint: &str) -> Result<Salvaged, Error> {
    later()
}
