//! Entries cut into parts by the upper bits of a key, in memory or on disk.
//!
//! Everything that meets in a bucket has one key, so a part can be sorted by
//! itself: what stands in memory at once is one part per thread, however many
//! entries there are.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Error;
use crate::spill::Spill;

/// Parts that entries are cut into.
pub const PARTS: usize = 256;
/// Parts that hold the sample: keys are spread evenly, so a quarter of the parts
/// is a quarter of the keys, the same of every text.
pub const SAMPLE: usize = PARTS / 4;

/// The part that the upper bits of a spread key name.
pub fn part_of(key: u64) -> usize {
    (key >> 56) as usize
}

/// Entries that a thread gathers for one part before it hands them over.
const BATCH: usize = 512;

/// Many numbers, cut into [`PARTS`] parts.
#[derive(Debug)]
pub struct Parts {
    parts: Vec<Mutex<Part>>,
    spill: Mutex<Spill>,
    /// Entries in memory, and how many may be.
    held: AtomicUsize,
    bound: usize,
    failed: Mutex<Option<Error>>,
    /// Batches of feeders that are done, for those to come: to set up 256 lists
    /// for each piece of work costs more than to fill them.
    idle: Mutex<Vec<Batches>>,
}

#[derive(Debug, Default)]
struct Part {
    /// Boxed batches rather than one growing list, which would hold twice the
    /// entries whenever it grows.
    held: Vec<Vec<u64>>,
    /// Offset and number of entries of what went to disk.
    spilled: Vec<(u64, usize)>,
}

impl Parts {
    /// No entries yet; up to `bytes` of them stay in memory, the rest goes to `spill`.
    pub fn new(bytes: usize, spill: Spill) -> Self {
        Parts {
            parts: (0..PARTS).map(|_| Mutex::default()).collect(),
            spill: Mutex::new(spill),
            held: AtomicUsize::new(0),
            bound: bytes / size_of::<u64>(),
            failed: Mutex::new(None),
            idle: Mutex::default(),
        }
    }

    /// Takes a batch of entries of one part. A failure of the disk is kept
    /// until the part is taken.
    pub(super) fn put(&self, part: usize, batch: Vec<u64>) {
        let Some(Ok(mut own)) = self.parts.get(part).map(Mutex::lock) else {
            return;
        };
        let held = self.held.fetch_add(batch.len(), Ordering::Relaxed) + batch.len();
        own.held.push(batch);
        // Parts go to disk whole, and only once a fair share has come together.
        let count: usize = own.held.iter().map(Vec::len).sum();
        if held > self.bound && count >= (self.bound / PARTS / 2).max(BATCH) {
            let mut bytes = Vec::with_capacity(count * size_of::<u64>());
            for batch in own.held.drain(..) {
                for entry in batch {
                    bytes.extend_from_slice(&entry.to_le_bytes());
                }
            }
            self.held.fetch_sub(count, Ordering::Relaxed);
            let written = self.spill.lock().map(|mut spill| spill.append(&bytes));
            match written {
                Ok(Ok(offset)) => own.spilled.push((offset, count)),
                Ok(Err(error)) => self.fail(error),
                Err(_) => {}
            }
        }
    }

    fn fail(&self, error: Error) {
        if let Ok(mut failed) = self.failed.lock() {
            failed.get_or_insert(error);
        }
    }

    /// All entries of a part, in no order; no feeder may be at work. What was in
    /// memory is given away unless `keep` is set.
    ///
    /// # Errors
    /// What the disk says.
    pub fn take(&self, part: usize, keep: bool) -> Result<Vec<u64>, Error> {
        if let Some(error) = self.failed.lock().ok().and_then(|mut failed| failed.take()) {
            return Err(error);
        }
        let Some(Ok(mut own)) = self.parts.get(part).map(Mutex::lock) else {
            return Ok(Vec::new());
        };
        if let Ok(mut idle) = self.idle.lock() {
            let batches = idle
                .iter_mut()
                .filter_map(|batches| batches.0.get_mut(part));
            for batch in batches.filter(|batch| !batch.is_empty()) {
                self.held.fetch_add(batch.len(), Ordering::Relaxed);
                own.held.push(std::mem::take(batch));
            }
        }
        let spilled: usize = own.spilled.iter().map(|(_, count)| count).sum();
        let held: usize = own.held.iter().map(Vec::len).sum();
        let mut entries = Vec::with_capacity(spilled + held);
        let mut bytes = Vec::new();
        for &(offset, count) in &own.spilled {
            bytes.resize(count * size_of::<u64>(), 0);
            if let Ok(spill) = self.spill.lock() {
                spill.read(offset, &mut bytes)?;
            }
            let numbers = bytes.as_chunks::<8>().0.iter();
            entries.extend(numbers.map(|number| u64::from_le_bytes(*number)));
        }
        if keep {
            for batch in &own.held {
                entries.extend_from_slice(batch);
            }
        } else {
            self.held.fetch_sub(held, Ordering::Relaxed);
            for batch in own.held.drain(..) {
                entries.extend_from_slice(&batch);
            }
        }
        Ok(entries)
    }

    /// Bytes that went to disk.
    pub fn on_disk(&self) -> u64 {
        self.spill.lock().map_or(0, |spill| spill.on_disk())
    }
}

/// One thread's entries on their way into [`Parts`].
#[derive(Debug)]
pub struct Batches(Vec<Vec<u64>>);

impl Default for Batches {
    fn default() -> Self {
        Batches(vec![Vec::new(); PARTS])
    }
}

impl Batches {
    /// Adds an entry to the part that the upper bits of `key` name. Entry and
    /// key need not be the same: what the part says can be left out of the entry.
    pub fn push(&mut self, parts: &Parts, key: u64, entry: u64) {
        let part = part_of(key);
        if let Some(batch) = self.0.get_mut(part) {
            if batch.capacity() == 0 {
                batch.reserve_exact(BATCH);
            }
            batch.push(entry);
            if batch.len() == BATCH {
                parts.put(part, std::mem::take(batch));
            }
        }
    }

    /// Hands over everything.
    pub fn flush(&mut self, parts: &Parts) {
        for (part, batch) in self.0.iter_mut().enumerate() {
            if !batch.is_empty() {
                let mut batch = std::mem::take(batch);
                batch.shrink_to_fit();
                parts.put(part, batch);
            }
        }
    }
}

/// [`Batches`] that know where they go, and are there when it is dropped.
#[derive(Debug)]
pub struct Feeder<'p> {
    parts: &'p Parts,
    batches: Batches,
}

impl<'p> Feeder<'p> {
    /// A way into `parts`.
    pub fn new(parts: &'p Parts) -> Self {
        let idle = parts.idle.lock().ok().and_then(|mut idle| idle.pop());
        Feeder {
            parts,
            batches: idle.unwrap_or_default(),
        }
    }

    /// As [`Batches::push`].
    pub fn push(&mut self, key: u64, entry: u64) {
        self.batches.push(self.parts, key, entry);
    }
}

impl Drop for Feeder<'_> {
    fn drop(&mut self) {
        if let Ok(mut idle) = self.parts.idle.lock() {
            idle.push(std::mem::replace(&mut self.batches, Batches(Vec::new())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hash64;

    #[test]
    fn what_goes_in_comes_out_from_memory_and_from_disk() {
        for bytes in [0, 100_000, 1 << 30] {
            let parts = Parts::new(bytes, Spill::new(0, None));
            let keys: Vec<u64> = (0..400_000u64).map(|n| hash64(&n.to_le_bytes())).collect();
            let mut two = [Feeder::new(&parts), Feeder::new(&parts)];
            for (n, &key) in keys.iter().enumerate() {
                two[n % 2].push(key, key);
            }
            drop(two);
            assert_eq!(parts.on_disk() == 0, bytes == 1 << 30);
            let mut all = Vec::new();
            for part in 0..PARTS {
                let kept = parts.take(part, true).unwrap();
                let taken = parts.take(part, false).unwrap();
                assert_eq!(kept, taken);
                assert!(taken.iter().all(|entry| (entry >> 56) as usize == part));
                all.extend(taken);
            }
            all.sort_unstable();
            let mut expected = keys.clone();
            expected.sort_unstable();
            assert_eq!(all, expected);
        }
    }
}
