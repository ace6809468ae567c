//! Which answers reached who asked.
//!
//! A record is safe before its answer is given out, so a process that dies in between leaves one that is held
//! and was never answered. Sent again it must not pass for one that was.

use super::Index;
use super::entry::{CONFIRMED, MARKS};
use super::marks;
use crate::error::Error;
use crate::packed::{put, take};

/// A set of numbers, as ranges: those of arrivals follow one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// First and last, ascending, with a gap between one and the next.
    ranges: Vec<(u64, u64)>,
}

impl Numbers {
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// First and last of each range, ascending.
    pub fn ranges(&self) -> &[(u64, u64)] {
        &self.ranges
    }

    pub fn contains(&self, number: u64) -> bool {
        let at = self.ranges.partition_point(|range| range.1 < number);
        self.ranges.get(at).is_some_and(|range| range.0 <= number)
    }

    /// Whether some number is in both. Cost: a search for each range.
    pub fn meets(&self, other: &Numbers) -> bool {
        self.ranges.iter().any(|&(first, last)| {
            let at = other.ranges.partition_point(|range| range.1 < first);
            other.ranges.get(at).is_some_and(|range| range.0 <= last)
        })
    }

    pub fn insert(&mut self, number: u64) {
        self.extend(number, number);
    }

    /// Adds a range. Cost: the ranges behind it; none for numbers that rise.
    pub fn extend(&mut self, mut first: u64, mut last: u64) {
        let from = self
            .ranges
            .partition_point(|range| range.1.saturating_add(1) < first);
        let to = self
            .ranges
            .partition_point(|range| range.0 <= last.saturating_add(1));
        for joined in self.ranges.get(from..to).unwrap_or_default() {
            (first, last) = (first.min(joined.0), last.max(joined.1));
        }
        self.ranges.splice(from..to.max(from), [(first, last)]);
    }

    /// Takes a range out. Cost: the ranges behind it.
    pub fn remove(&mut self, first: u64, last: u64) {
        let from = self.ranges.partition_point(|range| range.1 < first);
        let to = self.ranges.partition_point(|range| range.0 <= last);
        let mut left = Vec::new();
        for &(start, end) in self.ranges.get(from..to).unwrap_or_default() {
            if start < first {
                left.push((start, first - 1));
            }
            if end > last {
                left.push((last + 1, end));
            }
        }
        self.ranges.splice(from..to.max(from), left);
    }

    /// The bytes of its entry.
    pub fn bytes(&self, out: &mut Vec<u8>) {
        out.clear();
        put(self.ranges.len(), out);
        let mut before = 0;
        for &(first, last) in &self.ranges {
            put((first - before) as usize, out);
            put((last - first) as usize, out);
            before = last;
        }
    }

    /// Reads them; `None` where the bytes are none.
    pub fn parse(mut bytes: &[u8]) -> Option<Numbers> {
        let bytes = &mut bytes;
        let mut numbers = Numbers::default();
        let mut before = 0u64;
        for _ in 0..take(bytes)? {
            let first = before.checked_add(take(bytes)? as u64)?;
            let last = first.checked_add(take(bytes)? as u64)?;
            numbers.extend(first, last);
            before = last;
        }
        bytes.is_empty().then_some(numbers)
    }
}

impl Index {
    /// Takes it back that the answers of some documents are to be given out, and the marks that were to count with them:
    /// giving them out failed. What was answered for others counts with the next [`confirm`](Index::confirm).
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn withhold(&mut self, keys: &[&str]) -> Result<(), Error> {
        self.noted.clear();
        for key in keys {
            for doc in self.tables.docs_of_key(key) {
                if *self.key(doc)? == **key {
                    let number = self.tables.doc(doc).map_or(0, |row| row.number);
                    self.answered.remove(number, number);
                }
            }
        }
        Ok(())
    }

    /// Says that all answers so far reached who asked, and makes [marks](Index::mark) count. A record that comes again is told apart by it:
    /// [`Answer::is_confirmed`](super::Answer::is_confirmed).
    ///
    /// To be called behind [`commit`](Index::commit), when the answers were given out. Cost: one small write,
    /// which survives the end of the process and is brought to the disk by the next commit.
    ///
    /// # Errors
    /// As [`commit`](Index::commit).
    pub fn confirm(&mut self) -> Result<(), Error> {
        self.intact()?;
        if self.answered.is_empty() && self.noted.is_empty() {
            return Ok(());
        }
        let mut bytes = std::mem::take(&mut self.bytes);
        let mut written = Ok(());
        if !self.answered.is_empty() {
            self.answered.bytes(&mut bytes);
            written = self.store.append(CONFIRMED, &bytes).map(drop);
        }
        if written.is_ok() && !self.noted.is_empty() {
            marks::bytes(&self.noted, &mut bytes);
            written = self.store.append(MARKS, &bytes).map(drop);
        }
        self.bytes = bytes;
        written?;
        self.store.commit(false)?;
        marks::renew(&mut self.tables.marks, std::mem::take(&mut self.noted));
        for (first, last) in std::mem::take(&mut self.answered).ranges {
            self.tables.waiting.remove(first, last);
        }
        self.since += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranges_hold_what_a_set_holds(
            steps in prop::collection::vec((any::<bool>(), 0u64..60, 0u64..8), 0..80)
        ) {
            let (mut numbers, mut set) = (Numbers::default(), BTreeSet::new());
            for (adds, first, more) in steps {
                if adds {
                    numbers.extend(first, first + more);
                    set.extend(first..=first + more);
                } else {
                    numbers.remove(first, first + more);
                    set.retain(|number| !(first..=first + more).contains(number));
                }
                let apart = numbers.ranges.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0);
                prop_assert!(apart, "{numbers:?}");
            }
            for number in 0..80 {
                prop_assert_eq!(numbers.contains(number), set.contains(&number));
            }
            let mut bytes = Vec::new();
            numbers.bytes(&mut bytes);
            prop_assert_eq!(Numbers::parse(&bytes), Some(numbers));
        }
    }
}
