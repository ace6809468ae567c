//! Longest common subsequence, 64 cells at a time.
//!
//! Hyyrö's bit-vector recurrence ("Bit-parallel LCS-length computation
//! revisited", 2004). Every row is kept, so that the pairs can be read back.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Cells (tokens times tokens) above which a gap is not aligned this way: 32 MiB
/// of rows, and as much again for the masks.
pub(super) const MOST_CELLS: usize = 1 << 28;

/// Scratch space that outlives one call.
#[derive(Default)]
pub(super) struct Lcs {
    /// Where the mask of a word begins.
    mask_of: HashMap<u64, usize, ahash::RandomState>,
    masks: Vec<u64>,
    rows: Vec<u64>,
}

impl Lcs {
    /// Calls `pair` with the indices of matched tokens, last pair first.
    ///
    /// Cost: a.len() / 64 steps per token of `b`, and that many words of memory.
    pub(super) fn pairs(&mut self, a: &[u64], b: &[u64], mut pair: impl FnMut(usize, usize)) {
        let words = a.len().div_ceil(64);
        self.mask_of.clear();
        self.masks.clear();
        self.rows.clear();
        // Masks only for the words of b: there are never more of them than rows.
        for &word in b {
            if let Entry::Vacant(vacant) = self.mask_of.entry(word) {
                vacant.insert(self.masks.len());
                self.masks.resize(self.masks.len() + words, 0);
            }
        }
        for (at, word) in a.iter().enumerate() {
            if let Some(&mask) = self.mask_of.get(word) {
                self.masks[mask + at / 64] |= 1 << (at % 64);
            }
        }
        let mut row = vec![u64::MAX; words];
        self.rows.reserve(words * b.len());
        for word in b {
            if let Some(&mask) = self.mask_of.get(word) {
                let mask = &self.masks[mask..][..words];
                let mut carry = false;
                for (cell, &mask) in row.iter_mut().zip(mask) {
                    let matched = *cell & mask;
                    let (sum, over) = cell.overflowing_add(matched);
                    let (sum, over_again) = sum.overflowing_add(u64::from(carry));
                    carry = over || over_again;
                    *cell = sum | (*cell - matched);
                }
            }
            self.rows.extend_from_slice(&row);
        }
        // A clear bit i in row j: the first i+1 tokens of a gain one over the
        // first i, against the first j+1 tokens of b.
        let gains = |i: usize, j: usize| self.rows[j * words + i / 64] >> (i % 64) & 1 == 0;
        let (mut i, mut j) = (a.len(), b.len());
        while i > 0 && j > 0 {
            if !gains(i - 1, j - 1) {
                i -= 1;
            } else if j > 1 && gains(i - 1, j - 2) {
                j -= 1;
            } else {
                (i, j) = (i - 1, j - 1);
                pair(i, j);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive_length(a: &[u64], b: &[u64]) -> usize {
        let mut above = vec![0; a.len() + 1];
        for y in b {
            let mut row = vec![0; a.len() + 1];
            for (i, x) in a.iter().enumerate() {
                row[i + 1] = if x == y {
                    above[i] + 1
                } else {
                    row[i].max(above[i + 1])
                };
            }
            above = row;
        }
        above[a.len()]
    }

    fn collected(a: &[u64], b: &[u64]) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        Lcs::default().pairs(a, b, |i, j| pairs.push((i, j)));
        pairs.reverse();
        pairs
    }

    #[test]
    fn empty_sides_match_nothing() {
        assert!(collected(&[], &[1]).is_empty());
        assert!(collected(&[1], &[]).is_empty());
    }

    proptest! {
        #[test]
        fn as_long_as_the_dynamic_program(
            a in prop::collection::vec(0_u64..6, 0..200),
            b in prop::collection::vec(0_u64..6, 0..200),
        ) {
            let pairs = collected(&a, &b);
            for two in pairs.windows(2) {
                prop_assert!(two[0].0 < two[1].0 && two[0].1 < two[1].1);
            }
            prop_assert!(pairs.iter().all(|&(i, j)| a[i] == b[j]));
            prop_assert_eq!(pairs.len(), naive_length(&a, &b));
        }
    }
}
