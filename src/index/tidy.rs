//! Room that removed documents took, given back.

use ahash::{AHashMap, AHashSet};

use super::Index;
use super::entry::{ARRIVAL, Arrival};
use super::store::Place;
use crate::error::Error;

impl Index {
    /// Rewrites the files of the log of which removed documents take a third and more; what is
    /// left of the log stays in order. Returns the bytes that were freed.
    ///
    /// Cost: those files are read and written once.
    ///
    /// # Errors
    /// What the system says. Whatever happens midway, each file is there as it was or as it is to be.
    pub fn tidy(&mut self) -> Result<u64, Error> {
        self.intact()?;
        self.store.commit(true)?;
        let mut live: AHashMap<u32, u64> = AHashMap::new();
        let mut places: AHashSet<(u32, u32)> = AHashSet::new();
        let mut bytes = Vec::new();
        for row in self.tables.docs.iter().filter(|row| row.number > 0) {
            self.store.read(row.place(), &mut bytes)?;
            *live.entry(row.segment).or_default() += bytes.len() as u64;
            places.insert((row.segment, row.offset));
        }
        let before: u64 = self
            .store
            .segments()
            .iter()
            .map(|segment| segment.bytes)
            .sum();
        self.store.seal()?;
        let segments = self.store.segments();
        let closed = segments.iter().rev().skip(1);
        let wasteful = closed.filter(|segment| {
            live.get(&segment.number).copied().unwrap_or(0) * 3 < segment.bytes * 2
        });
        let wasteful: Vec<u32> = wasteful.map(|segment| segment.number).collect();
        if wasteful.is_empty() {
            return Ok(0);
        }
        self.change(|index| {
            let mut moved: AHashMap<Place, Place> = AHashMap::new();
            for number in wasteful {
                let is_live = |place: Place| {
                    let offset = u32::try_from(place.offset).unwrap_or(u32::MAX);
                    places.contains(&(place.segment, offset))
                };
                // Removals and names are small, and older files may still hold what they speak of.
                let mut keep = |place: Place, kind: u8, bytes: &[u8]| {
                    kind != ARRIVAL || Arrival::number(bytes).is_none() || is_live(place)
                };
                index.store.rewrite(number, &mut keep, &mut |from, to| {
                    moved.insert(from, to);
                })?;
            }
            for row in index.tables.docs.iter_mut().filter(|row| row.number > 0) {
                if let Some(to) = moved.get(&row.place()) {
                    row.segment = to.segment;
                    row.offset = u32::try_from(to.offset).unwrap_or(u32::MAX);
                }
            }
            Ok(())
        })?;
        self.save()?;
        let after: u64 = self
            .store
            .segments()
            .iter()
            .map(|segment| segment.bytes)
            .sum();
        Ok(before.saturating_sub(after))
    }
}
