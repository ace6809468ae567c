//! Keys to lists of numbers, in six bytes for each entry.

/// Bits of a key that choose the part.
const PART_BITS: u32 = 16;

/// A multimap from 64-bit keys to numbers that holds 32 bits of each key: what it
/// finds has to be confirmed by what the caller knows of the number. One foreign
/// entry in 10⁸ × entries is found beside the right ones.
///
/// 65,536 parts, each a short sorted vector of tag and number: no empty slots, no
/// pause in which everything moves, and the entries of one key stand together.
/// A hash table with as little slack would have long clusters behind frequent keys.
/// Cost: a search in a part and, for an insertion, moving half of it: 40 ns each with
/// 600 entries in a part (10⁶ texts of 40 keys).
pub(super) struct Lists {
    parts: Vec<Vec<[u8; 6]>>,
    entries: usize,
}

impl Default for Lists {
    fn default() -> Self {
        Lists {
            parts: vec![Vec::new(); 1 << PART_BITS],
            entries: 0,
        }
    }
}

/// Spreads keys that are not: those of a sketch are the smallest of their text.
fn spread(key: u64) -> u64 {
    let key = (key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    key ^ (key >> 29)
}

fn place(key: u64) -> (usize, [u8; 2]) {
    let spread = spread(key);
    let tag = (spread >> (u64::BITS - PART_BITS - 16)) as u16;
    (
        (spread >> (u64::BITS - PART_BITS)) as usize,
        tag.to_be_bytes(),
    )
}

fn entry([a, b]: [u8; 2], number: u32) -> [u8; 6] {
    let [c, d, e, f] = number.to_be_bytes();
    [a, b, c, d, e, f]
}

fn number([_, _, c, d, e, f]: [u8; 6]) -> u32 {
    u32::from_be_bytes([c, d, e, f])
}

impl Lists {
    /// Adds a number to the list of a key; the same one twice is there once.
    pub fn insert(&mut self, key: u64, number: u32) {
        let (part, tag) = place(key);
        let entry = entry(tag, number);
        if let Some(part) = self.parts.get_mut(part)
            && let Err(at) = part.binary_search(&entry)
        {
            if part.len() == part.capacity() {
                part.reserve_exact(4 + part.len() / 32);
            }
            part.insert(at, entry);
            self.entries += 1;
        }
    }

    /// Takes a number out of the list of a key.
    pub fn remove(&mut self, key: u64, number: u32) {
        let (part, tag) = place(key);
        if let Some(part) = self.parts.get_mut(part)
            && let Ok(at) = part.binary_search(&entry(tag, number))
        {
            part.remove(at);
            self.entries -= 1;
        }
    }

    /// The numbers of a key, ascending.
    pub fn of(&self, key: u64) -> impl ExactSizeIterator<Item = u32> {
        let (part, tag) = place(key);
        let part = self.parts.get(part).map_or(&[][..], Vec::as_slice);
        let from = part.partition_point(|entry| entry[..2] < tag[..]);
        let own = part.get(from..).unwrap_or_default();
        let to = own.partition_point(|entry| entry[..2] == tag[..]);
        own.get(..to)
            .unwrap_or_default()
            .iter()
            .copied()
            .map(number)
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

    /// All parts in order, as they are stored.
    pub fn parts(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().map(|part| part.as_flattened())
    }

    /// A part as it was stored; false where it is none.
    pub fn restore(&mut self, number: usize, bytes: &[u8]) -> bool {
        let (entries, rest) = bytes.as_chunks::<6>();
        let sorted = entries.is_sorted_by(|x, y| x < y);
        let Some(part) = self
            .parts
            .get_mut(number)
            .filter(|_| rest.is_empty() && sorted)
        else {
            return false;
        };
        self.entries = self.entries + entries.len() - part.len();
        *part = entries.to_vec();
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_hold_what_sets_hold(
            steps in prop::collection::vec((any::<bool>(), 0u64..20, 0u32..20), 0..300)
        ) {
            let mut lists = Lists::default();
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
            let mut again = Lists::default();
            for (number, part) in lists.parts().enumerate().filter(|(_, part)| !part.is_empty()) {
                prop_assert!(again.restore(number, part));
            }
            for key in 0..20 {
                let own = sets.iter().filter(|(of, _)| *of == key).map(|(_, number)| *number);
                let own: Vec<u32> = own.collect();
                prop_assert_eq!(lists.of(key).collect::<Vec<_>>(), own.clone());
                prop_assert_eq!(again.of(key).collect::<Vec<_>>(), own);
            }
        }
    }
}
