//! Words to integers, once, at the border.

use std::collections::HashMap;

use crate::normalise::Normalised;

/// Two texts as word ids: equal ids are equal words, in both.
pub(super) struct Interned {
    pub(super) a: Vec<u32>,
    pub(super) b: Vec<u32>,
    /// How often each id occurs in a and in b.
    counts: Vec<[u32; 2]>,
}

impl Interned {
    /// Ids follow first occurrence, so no result depends on the map's hashing.
    pub(super) fn new(a: &Normalised, b: &Normalised) -> Self {
        let mut ids: HashMap<&str, u32, ahash::RandomState> =
            HashMap::with_capacity_and_hasher(a.len().max(b.len()), ahash::RandomState::new());
        let mut counts: Vec<[u32; 2]> = Vec::with_capacity(a.len().max(b.len()));
        let [a, b] = [(a, 0), (b, 1)].map(|(text, side)| {
            (0..text.len())
                .map(|token| {
                    let id = *ids.entry(text.word(token)).or_insert(counts.len() as u32);
                    match counts.get_mut(id as usize) {
                        Some(count) => count[side] += 1,
                        None => counts.push([u32::from(side == 0), u32::from(side == 1)]),
                    }
                    id
                })
                .collect()
        });
        Interned { a, b, counts }
    }

    /// Number of different words.
    pub(super) fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// The word occurs exactly once in each text.
    pub(super) fn is_single(&self, id: u32) -> bool {
        self.counts.get(id as usize) == Some(&[1, 1])
    }
}
