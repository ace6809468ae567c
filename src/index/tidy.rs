//! Room that removed documents took, given back.

use ahash::{AHashMap, AHashSet};

use super::Index;
use super::confirm::Numbers;
use super::entry::{ARRIVAL, Arrival, CONFIRMED, MARKS};
use super::marks;
use super::store::Place;
use crate::error::Error;

impl Index {
    /// Rewrites the files of the log of which more than half of the documents went; what is
    /// left of the log stays in order. Returns the bytes that were freed.
    ///
    /// Cost: a look at each document's row; those files are read and written once, and the tables saved.
    ///
    /// # Errors
    /// What the system says. Whatever happens midway, each file is there as it was or as it is to be.
    pub fn tidy(&mut self) -> Result<u64, Error> {
        self.rewrite(2)
    }

    /// As [`tidy`](Index::tidy), for every file from which any document went: nothing of what was removed is left.
    ///
    /// # Errors
    /// As there.
    pub fn purge(&mut self) -> Result<u64, Error> {
        self.rewrite(1)
    }

    /// Rewrites the files of which less than one in `share` documents is held.
    fn rewrite(&mut self, share: u32) -> Result<u64, Error> {
        self.intact()?;
        self.store.commit(true)?;
        let wasteful = self.wasteful(share);
        if wasteful.is_empty() {
            return Ok(0);
        }
        let before = self.log_bytes();
        let last = self.store.segments().last().map(|segment| segment.number);
        if last.is_some_and(|last| wasteful.contains(&last)) {
            self.store.seal()?;
        }
        self.change(|index| {
            let mut places: AHashSet<Place> = AHashSet::new();
            let mut held = Numbers::default();
            let mut numbers = Vec::new();
            for row in index.tables.docs.iter().filter(|row| row.number > 0) {
                numbers.push(row.number);
                if wasteful.contains(&row.segment) {
                    places.insert(row.place());
                }
            }
            numbers.sort_unstable();
            numbers.iter().for_each(|&number| held.insert(number));
            // Removals and changes are small, and older files may still hold what they speak of.
            let mut keep = |place: Place, kind: u8, bytes: &[u8]| match kind {
                ARRIVAL => Arrival::number(bytes).is_none() || places.contains(&place),
                CONFIRMED => Numbers::parse(bytes).is_none_or(|own| own.meets(&held)),
                // One that takes a mark away must outlast the mark.
                MARKS => marks::parse(bytes).is_none_or(|own| {
                    let known = &index.tables.marks;
                    own.iter()
                        .any(|(name, mark)| mark.bytes == 0 || known.get(name) == Some(mark))
                }),
                _ => true,
            };
            let mut moved: AHashMap<Place, Place> = AHashMap::new();
            for &number in &wasteful {
                index.store.rewrite(number, &mut keep, &mut |from, to| {
                    moved.insert(from, to);
                })?;
                index.tables.came.remove(&number);
            }
            let tables = &mut index.tables;
            for row in tables.docs.iter_mut().filter(|row| row.number > 0) {
                if let Some(to) = moved.get(&row.place()) {
                    row.segment = to.segment;
                    row.offset = u32::try_from(to.offset).unwrap_or(u32::MAX);
                    *tables.came.entry(to.segment).or_default() += 1;
                }
            }
            Ok(())
        })?;
        self.save()?;
        Ok(before.saturating_sub(self.log_bytes()))
    }

    fn wasteful(&self, share: u32) -> Vec<u32> {
        let mut held: AHashMap<u32, u32> = AHashMap::new();
        for row in self.tables.docs.iter().filter(|row| row.number > 0) {
            *held.entry(row.segment).or_default() += 1;
        }
        let held = |segment: &u32| held.get(segment).copied().unwrap_or(0);
        let came = self.tables.came.iter();
        came.filter(|(segment, came)| share * held(segment) < **came)
            .map(|(&segment, _)| segment)
            .collect()
    }

    fn log_bytes(&self) -> u64 {
        let segments = self.store.segments();
        segments.iter().map(|segment| segment.bytes).sum()
    }
}
