//! Words as numbers of which equal ones are equal words.

use std::cell::{Cell, OnceCell};
use std::collections::HashMap;

use crate::normalise::Normalised;

/// Numbers for the words of two texts by order of their first occurrence.
///
/// They take the place of hashes where two words of one hash were matched, which
/// happens in no text that was not made for it.
pub(super) fn exact_words(a: &Normalised, b: &Normalised) -> (Vec<u64>, Vec<u64>) {
    let mut ids: HashMap<&str, u64, ahash::RandomState> = HashMap::default();
    let [a, b] = [a, b].map(|text| {
        let words = (0..text.len()).map(|token| text.word(token));
        words
            .map(|word| {
                let next = ids.len() as u64;
                *ids.entry(word).or_insert(next)
            })
            .collect()
    });
    (a, b)
}

/// Questions that are answered by going through the texts; beyond them counts of
/// all words are worth their cost.
const LOOKS: u32 = 16;

/// Says whether a word stands once in each of two texts.
pub(super) struct Rarity<'x> {
    a: &'x [u64],
    b: &'x [u64],
    asked: Cell<u32>,
    counts: OnceCell<HashMap<u64, [u32; 2], ahash::RandomState>>,
}

impl<'x> Rarity<'x> {
    pub(super) fn new(a: &'x [u64], b: &'x [u64]) -> Self {
        Rarity {
            a,
            b,
            asked: Cell::new(0),
            counts: OnceCell::new(),
        }
    }

    /// The word occurs exactly once in each text.
    pub(super) fn is_single(&self, word: u64) -> bool {
        self.asked.set(self.asked.get().saturating_add(1));
        if self.asked.get() <= LOOKS {
            let once = |text: &[u64]| text.iter().filter(|&&own| own == word).count() == 1;
            return once(self.a) && once(self.b);
        }
        self.counts.get_or_init(|| self.count()).get(&word) == Some(&[1, 1])
    }

    fn count(&self) -> HashMap<u64, [u32; 2], ahash::RandomState> {
        let mut counts: HashMap<u64, [u32; 2], ahash::RandomState> = HashMap::default();
        for (side, text) in [self.a, self.b].into_iter().enumerate() {
            for &word in text {
                counts.entry(word).or_default()[side] += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::normalise;

    #[test]
    fn equal_words_have_equal_numbers_and_others_do_not() {
        let (a, b) = exact_words(&normalise("a b A c"), &normalise("c d, b"));
        assert_eq!((a, b), (vec![0, 1, 0, 2], vec![2, 3, 1]));
    }

    #[test]
    fn a_word_is_single_however_often_that_is_asked() {
        let rarity = Rarity::new(&[1, 2, 2, 3], &[1, 2, 4]);
        for _ in 0..2 * LOOKS {
            let single: Vec<bool> = (1..=4).map(|word| rarity.is_single(word)).collect();
            assert_eq!(single, [true, false, false, false]);
        }
    }
}
