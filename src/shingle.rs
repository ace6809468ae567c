//! Canonical text to hashed shingles.

use std::sync::LazyLock;

use crate::hash::{shingle_hash, word_hash};
use crate::normalise::{Normalised, starts_spaceless};

/// A run of neighbouring tokens, as its hash and its length.
///
/// The shingle at index `i` of a list begins at token `i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shingle {
    /// [`shingle_hash`] of its canonical words.
    pub hash: u64,
    /// One past its last token.
    pub end: u32,
}

/// What a word adds to the width of a shingle, in fortieths of the default five words.
pub(crate) const WORD_WEIGHT: usize = 8;
/// What a letter of a script without spaces adds: eight of them weigh as much as five words.
pub(crate) const SPACELESS_WEIGHT: usize = 5;

/// [`word_hash`] of every token.
pub(crate) fn word_hashes(text: &Normalised) -> Vec<u64> {
    let words = (0..text.len()).map(|token| text.word(token));
    words.map(|word| word_hash(word.as_bytes())).collect()
}

/// All shingles of a text in order, repetitions included.
///
/// A shingle is the shortest run of tokens from its start that is `width`
/// words wide, where eight letters of a script without spaces count as five
/// words; so the width is a local matter, and a text that mixes scripts is
/// shingled like its parts. A text narrower than that has one shingle, the
/// whole of it; an empty text has none.
///
/// # Examples
/// ```
/// use wirecopy::{normalise::normalise, shingle::shingles};
/// assert_eq!(shingles(&normalise("one two three four five six"), 5).len(), 2);
/// assert_eq!(shingles(&normalise("one two"), 5).len(), 1);
/// assert_eq!(shingles(&normalise(""), 5).len(), 0);
/// ```
pub fn shingles(text: &Normalised, width: usize) -> Vec<Shingle> {
    let full = width.max(1).saturating_mul(WORD_WEIGHT);
    let words = word_hashes(text);
    let weights: Vec<usize> = (0..text.len())
        .map(|i| {
            if starts_spaceless(text.word(i)) {
                SPACELESS_WEIGHT
            } else {
                WORD_WEIGHT
            }
        })
        .collect();
    let mut list = Vec::with_capacity(text.len());
    let (mut end, mut weight) = (0, 0);
    for (start, own) in weights.iter().enumerate() {
        while weight < full
            && let Some(next) = weights.get(end)
        {
            weight += next;
            end += 1;
        }
        if weight < full {
            break;
        }
        list.push(Shingle {
            hash: shingle_hash(&words[start..end]),
            end: end as u32,
        });
        weight -= own;
    }
    if list.is_empty() && !text.is_empty() {
        list.push(Shingle {
            hash: shingle_hash(&words),
            end: text.len() as u32,
        });
    }
    list
}

/// The distinct shingle hashes of a text: what Jaccard and containment are
/// computed over.
///
/// An open-addressed table: a text of 350 shingles is made a set in a quarter of
/// the time that sorting them takes, and asked in a few cycles.
#[derive(Clone, Debug, Default)]
pub struct ShingleSet {
    /// In order of their first place in the text.
    distinct: Vec<u64>,
    /// 0 marks an empty slot.
    table: Vec<u64>,
    shift: u32,
}

/// Drawn anew by each process, so that no text can be made whose shingles
/// crowd in a table.
static SPREAD: LazyLock<u64> = LazyLock::new(|| ahash::RandomState::new().hash_one(0) | 1);

impl ShingleSet {
    /// The set of some hashes. 0 counts as 1.
    pub fn new(hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        let slots = (2 * hashes.len()).max(2).next_power_of_two();
        let mut set = ShingleSet {
            distinct: Vec::with_capacity(hashes.len()),
            table: vec![0; slots],
            shift: u64::BITS - slots.ilog2(),
        };
        for hash in hashes.map(|hash| hash.max(1)) {
            let at = set.slot(hash);
            if let Some(slot) = set.table.get_mut(at).filter(|slot| **slot == 0) {
                *slot = hash;
                set.distinct.push(hash);
            }
        }
        set
    }

    /// The set of a text's shingles.
    pub fn of(shingles: &[Shingle]) -> Self {
        Self::new(shingles.iter().map(|shingle| shingle.hash))
    }

    /// Where a hash is, or the empty slot where it would be.
    fn slot(&self, hash: u64) -> usize {
        let last = self.table.len() - 1;
        let mut at = (hash.wrapping_mul(*SPREAD) >> self.shift) as usize;
        while let Some(&held) = self.table.get(at) {
            if held == hash || held == 0 {
                break;
            }
            at = (at + 1) & last;
        }
        at
    }

    /// Whether a hash is in the set.
    pub fn contains(&self, hash: u64) -> bool {
        let hash = hash.max(1);
        !self.table.is_empty() && self.table.get(self.slot(hash)) == Some(&hash)
    }

    /// Number of distinct hashes.
    pub fn len(&self) -> usize {
        self.distinct.len()
    }

    /// True for the set of an empty text.
    pub fn is_empty(&self) -> bool {
        self.distinct.is_empty()
    }

    /// The hashes, in the order of the text.
    pub fn hashes(&self) -> &[u64] {
        &self.distinct
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;
    use std::collections::HashSet;

    #[test]
    fn words_come_in_fives_and_letters_without_spaces_in_eights() {
        let list = shingles(&normalise("a b c d e f g"), 5);
        let ends: Vec<u32> = list.iter().map(|s| s.end).collect();
        assert_eq!(ends, [5, 6, 7]);
        let han = shingles(&normalise("一二三四五六七八九十"), 5);
        let ends: Vec<u32> = han.iter().map(|s| s.end).collect();
        assert_eq!(ends, [8, 9, 10]);
    }

    #[test]
    fn a_shingle_is_its_words() {
        let text = normalise("The cat sat on the mat, the cat sat on the mat");
        let list = shingles(&text, 5);
        let naive: HashSet<Vec<&str>> = (0..list.len())
            .map(|i| (i..i + 5).map(|j| text.word(j)).collect())
            .collect();
        assert_eq!(list.len(), text.len() - 4);
        assert_eq!(ShingleSet::of(&list).len(), naive.len());
        let words = ["the", "cat", "sat", "on", "the"].map(|word| word_hash(word.as_bytes()));
        assert_eq!(list[0].hash, shingle_hash(&words));
        assert_eq!(list[0], Shingle { end: 5, ..list[6] });
    }
}
