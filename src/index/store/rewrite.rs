//! Compaction: a segment without the entries that nobody needs any more.

use super::batches::Batches;
use super::copy::Copy;
use super::format::{SEGMENT_HEAD, SegmentHead, fingerprint_hash};
use super::log::{Log, Store};
use super::manifest::MANIFEST;
use super::recover::check_head;
use super::{Place, segment_name, trouble};
use crate::error::{Error, IndexTrouble};

impl Store {
    /// Writes a closed segment anew with the entries that `keep` wants, at its place in the order,
    /// and removes the old one. `moved` is told old and new place of each when the new
    /// one is on the disk. The snapshot is stale afterwards. The log is synced first.
    ///
    /// # Errors
    /// Damage, no such segment, or the last one; what the system says, or an earlier write failed.
    pub fn rewrite(
        &mut self,
        number: u32,
        keep: &mut dyn FnMut(Place, u8, &[u8]) -> bool,
        moved: &mut dyn FnMut(Place, Place),
    ) -> Result<(), Error> {
        let (index, old) = self.closed(number)?;
        let fingerprint = fingerprint_hash(&self.fingerprint);
        let first = check_head(&*self.files, &*old.file, number, fingerprint)?.first;
        let head = SegmentHead {
            number: self.take_number()?,
            fingerprint,
            first,
        };
        let name = segment_name(head.number);
        let begun = Copy::begin(&*self.files, &name, head);
        let mut copy = self.attempt("beginning", &name, begun)?;
        let mut places = Vec::new();
        let mut batches = Batches::new(&*old.file, number, SEGMENT_HEAD, old.bytes, first);
        loop {
            let batch = match batches.next() {
                Ok(None) => break,
                Ok(Some(batch)) => batch,
                Err(stop) => {
                    // A damaged segment is left as it is, and nothing has failed that was written.
                    _ = self.files.remove(&name);
                    return Err(self.stop(&old, stop));
                }
            };
            let intact = batch.entries::<Error>(&mut |place, kind, bytes| {
                if keep(place, kind, bytes) {
                    places.push((place, copy.entry(kind, bytes)));
                }
                Ok(())
            })?;
            if let Err(offset) = intact {
                _ = self.files.remove(&name);
                let what = "no intact entry";
                return Err(super::damaged(
                    &*self.files,
                    &segment_name(number),
                    offset,
                    what,
                ));
            }
            let ended = copy.end_batch(batch.head.sequence);
            self.attempt("writing", &name, ended)?;
        }
        let finished = copy.finish();
        let (file, bytes) = self.attempt("writing", &name, finished)?;
        let synced = self.files.sync_dir();
        self.attempt("syncing the folder of", &name, synced)?;
        let new = Log {
            number: head.number,
            bytes,
            file,
        };
        // A segment without entries has nothing to say.
        let new = (!places.is_empty()).then_some(new);
        let is_empty = new.is_none();
        self.replace(index, new)?;
        if is_empty {
            _ = self.files.remove(&name);
        }
        for (old, new) in places {
            moved(old, new);
        }
        Ok(())
    }

    /// Removes a closed segment with all its entries. The snapshot is stale afterwards.
    ///
    /// # Errors
    /// As [`rewrite`](Store::rewrite).
    pub fn drop_segment(&mut self, number: u32) -> Result<(), Error> {
        let (index, _) = self.closed(number)?;
        self.replace(index, None)
    }

    /// A segment that is not the last.
    fn closed(&mut self, number: u32) -> Result<(usize, Log), Error> {
        // The manifest says how much of the last segment is on the disk.
        self.sync()?;
        let closed = self.logs.split_last().map_or(&[][..], |(_, closed)| closed);
        let found = closed.iter().position(|log| log.number == number);
        let log = found.and_then(|index| Some((index, self.logs.get(index)?.clone())));
        log.ok_or_else(|| {
            let what = format!("has no closed segment {number}");
            trouble(&*self.files, IndexTrouble::Misuse { what })
        })
    }

    /// Swaps a segment for what takes its place. Afterwards that is on the disk; a crash
    /// before leaves the old one, and the sweep of the next writer takes what is too much.
    fn replace(&mut self, index: usize, new: Option<Log>) -> Result<(), Error> {
        let mut logs = self.logs.clone();
        let old = match new {
            Some(new) => logs.get_mut(index).map(|slot| std::mem::replace(slot, new)),
            None => Some(logs.remove(index)),
        };
        let generation = self.generation + 1;
        let stored = self.manifest(&logs, generation).store(&*self.files);
        self.attempt("writing", MANIFEST, stored)?;
        (self.logs, self.generation) = (logs, generation);
        if let Some(old) = old {
            _ = self.files.remove(&segment_name(old.number));
        }
        Ok(())
    }
}
