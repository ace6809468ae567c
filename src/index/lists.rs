//! Keys to lists of numbers, in six bytes for each entry.

use std::hint::black_box;

/// Bits of a key that an entry holds.
const TAG_BITS: u32 = 16;
/// Entries in a part, on average, from which on all parts are halved.
const FULL: usize = 320;

/// Entries that a part gets room for at once.
const ROOM: usize = 16;

/// A multimap from 64-bit keys to numbers that holds `PLACES` + 16 bits of each key: what it
/// finds has to be confirmed by what the caller knows of the number. With 32 bits of 10⁷ keys one search in 400 finds
/// a foreign entry beside the right ones.
///
/// Parts, each a short sorted vector of tag and number (an unsorted end of sixteen, merged when full, was slower): no empty slots, and the entries of one key stand together.
/// A hash table with as little slack would have long clusters behind frequent keys.
/// Tags are even, so a search begins where the tag should stand. Parts are halved by the first bits of their tags when
/// they have grown long: all at once, with 21 million entries, and again with twice as many.
pub(super) struct Lists<const PLACES: u32> {
    parts: Vec<Vec<[u8; 6]>>,
    /// First bits of the tag that choose the part too.
    halvings: u32,
    entries: usize,
}

impl<const PLACES: u32> Default for Lists<PLACES> {
    fn default() -> Self {
        Lists {
            parts: vec![Vec::new(); 1 << PLACES],
            halvings: 0,
            entries: 0,
        }
    }
}

/// Spreads keys that are not: those of a sketch are the smallest of their text. The first bits choose the place,
/// those behind are the tag.
fn spread(key: u64) -> u64 {
    let key = (key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    key ^ (key >> 29)
}

/// An entry in an order in which those of one tag stand together, by number.
fn ordered([a, b, c, d, e, f]: [u8; 6]) -> u64 {
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

fn entry(ordered: u64) -> [u8; 6] {
    let [_, _, a, b, c, d, e, f] = ordered.to_be_bytes();
    [a, b, c, d, e, f]
}

/// The first entry that is not below `bound`, searched from where it should be.
fn lower_bound(part: &[[u8; 6]], bound: u64, guess: usize) -> usize {
    let below = |at: usize| part.get(at).is_some_and(|&entry| ordered(entry) < bound);
    let (mut from, mut to) = (guess, guess);
    let mut step = 8;
    if below(guess) {
        while below(to) {
            (from, to) = (to + 1, (to + step).min(part.len()));
            step *= 2;
        }
    } else {
        while from > 0 && !below(from - 1) {
            (to, from) = (from - 1, from.saturating_sub(step));
            step *= 2;
        }
    }
    let within = part.get(from..to).unwrap_or_default();
    from + within.partition_point(|&entry| ordered(entry) < bound)
}

impl<const PLACES: u32> Lists<PLACES> {
    /// The part of a key, its tag, and where in the part it should stand.
    fn place(&self, key: u64) -> (usize, u64, usize) {
        let bits = spread(key) >> (u64::BITS - PLACES - TAG_BITS);
        let behind = TAG_BITS - self.halvings;
        let part = (bits >> behind) as usize;
        let length = self.parts.get(part).map_or(0, Vec::len);
        let within = bits & ((1 << behind) - 1);
        let guess = (within * length as u64) >> behind;
        (part, (bits & 0xffff) << 32, guess as usize)
    }

    /// Adds a number to the list of a key; the same one twice is there once.
    pub fn insert(&mut self, key: u64, number: u32) {
        let (part, tag, guess) = self.place(key);
        let own = tag | u64::from(number);
        let Some(part) = self.parts.get_mut(part) else {
            return;
        };
        let at = lower_bound(part, own, guess);
        if part.get(at) == Some(&entry(own)) {
            return;
        }
        if part.len() == part.capacity() {
            part.reserve_exact(ROOM);
        }
        part.insert(at, entry(own));
        self.entries += 1;
        self.halve_when_full();
    }

    fn halve_when_full(&mut self) {
        if self.entries <= FULL * self.parts.len() || self.halvings == TAG_BITS {
            return;
        }
        self.halvings += 1;
        let behind = TAG_BITS - self.halvings;
        let mut parts = Vec::with_capacity(2 * self.parts.len());
        for mut part in std::mem::take(&mut self.parts) {
            let high = part.partition_point(|&[a, b, ..]| {
                (u16::from_be_bytes([a, b]) >> behind).is_multiple_of(2)
            });
            let rest = part.get(high..).unwrap_or_default().to_vec();
            part.truncate(high);
            part.shrink_to_fit();
            parts.extend([part, rest]);
        }
        self.parts = parts;
    }

    /// Takes a number out of the list of a key.
    pub fn remove(&mut self, key: u64, number: u32) {
        let (part, tag, guess) = self.place(key);
        let own = tag | u64::from(number);
        if let Some(part) = self.parts.get_mut(part) {
            let at = lower_bound(part, own, guess);
            if part.get(at) == Some(&entry(own)) {
                part.remove(at);
                self.entries -= 1;
            }
        }
    }

    /// The numbers of a key, ascending.
    pub fn of(&self, key: u64) -> impl ExactSizeIterator<Item = u32> {
        let (part, tag, guess) = self.place(key);
        let part = self.parts.get(part).map_or(&[][..], Vec::as_slice);
        let from = lower_bound(part, tag, guess);
        let own = part.get(from..).unwrap_or_default();
        let is_own = |own: &&[u8; 6]| ordered(**own) >> 32 == tag >> 32;
        let count = own.iter().take_while(is_own).count();
        let own = own.get(..count).unwrap_or_default();
        own.iter().map(|&entry| ordered(entry) as u32)
    }

    /// Brings the lists of some keys into the cache. The reads do not wait for one another, as those of searches
    /// do: with 10⁶ texts they are in memory, far away.
    pub fn warm(&self, keys: &[u64]) {
        let mut sum = 0u8;
        for &key in keys {
            let (part, _, guess) = self.place(key);
            let entry = self.parts.get(part).and_then(|part| part.get(guess));
            sum = sum.wrapping_add(entry.map_or(0, |entry| entry[0]));
        }
        black_box(sum);
    }

    /// Entries of all lists.
    pub fn len(&self) -> usize {
        self.entries
    }

    /// Bytes that are held.
    pub fn bytes(&self) -> usize {
        let held: usize = self.parts.iter().map(Vec::capacity).sum();
        6 * held + self.parts.len() * size_of::<Vec<[u8; 6]>>()
    }

    /// What stands at each place, as it is stored, however often parts were halved.
    pub fn places(&self) -> impl Iterator<Item = &[Vec<[u8; 6]>]> {
        self.parts.chunks(1 << self.halvings)
    }

    /// What stood at a place when it was stored; false where it is none.
    pub fn restore(&mut self, place: usize, bytes: &[u8]) -> bool {
        let (entries, rest) = bytes.as_chunks::<6>();
        let sorted = entries.is_sorted_by(|x, y| x < y);
        let behind = TAG_BITS - self.halvings;
        let parts = self.parts.chunks_mut(1 << self.halvings).nth(place);
        let Some(parts) = parts.filter(|_| rest.is_empty() && sorted) else {
            return false;
        };
        let mut left = entries;
        for (number, part) in (1u32..).zip(parts) {
            let is_own =
                |&[a, b, ..]: &[u8; 6]| u32::from(u16::from_be_bytes([a, b])) >> behind < number;
            let (own, rest) = left.split_at(left.partition_point(is_own));
            self.entries = self.entries + own.len() - part.len();
            *part = own.to_vec();
            left = rest;
        }
        self.halve_when_full();
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_hold_what_sets_hold(
            steps in prop::collection::vec((any::<bool>(), 0u64..20, 0u32..20), 0..300)
        ) {
            let mut lists = Lists::<16>::default();
            let mut sets = BTreeSet::new();
            for (inserts, key, number) in steps {
                if inserts {
                    lists.insert(key, number);
                    sets.insert((key, number));
                } else {
                    lists.remove(key, number);
                    sets.remove(&(key, number));
                }
            }
            prop_assert_eq!(lists.len(), sets.len());
            let mut again = Lists::<16>::default();
            for (number, parts) in lists.places().enumerate() {
                let bytes = parts.concat();
                prop_assert!(again.restore(number, bytes.as_flattened()));
            }
            for key in 0..20 {
                let own = sets.iter().filter(|(of, _)| *of == key).map(|(_, number)| *number);
                let own: Vec<u32> = own.collect();
                prop_assert_eq!(lists.of(key).collect::<Vec<_>>(), own.clone());
                prop_assert_eq!(again.of(key).collect::<Vec<_>>(), own);
            }
        }
    }
    /// So many that parts are halved, some keys far more frequent than others.
    #[test]
    fn lists_that_were_halved_hold_the_same() {
        let mut lists = Lists::<16>::default();
        let key = |at: u64| (at % 7919).wrapping_mul(0x2545_f491_4f6c_dd1d) >> (at % 3);
        let mut sets: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
        // Halved by hand: it takes 21 million entries otherwise.
        for at in 0..200_000u32 {
            lists.insert(key(at.into()), at);
            sets.entry(key(at.into())).or_default().insert(at);
            if at % 50_000 == 49_999 {
                let entries = std::mem::replace(&mut lists.entries, usize::MAX);
                lists.halve_when_full();
                lists.entries = entries;
            }
        }
        assert_eq!((lists.halvings, lists.parts.len()), (4, 1 << 20));
        for at in (0..200_000).step_by(3) {
            lists.remove(key(at.into()), at);
            sets.get_mut(&key(at.into())).unwrap().remove(&at);
        }
        let mut again = Lists::<16>::default();
        for (number, parts) in lists.places().enumerate() {
            assert!(again.restore(number, parts.concat().as_flattened()));
        }
        assert_eq!((again.len(), again.halvings), (lists.len(), 0));
        for (key, set) in sets {
            let own: Vec<u32> = set.into_iter().collect();
            // Another key may have the same 32 bits; none of these has.
            assert_eq!(lists.of(key).collect::<Vec<_>>(), own);
            assert_eq!(again.of(key).collect::<Vec<_>>(), own);
        }
    }
}
