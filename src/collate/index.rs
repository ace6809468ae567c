//! Where the graph may have a line: by its whole wording, else by its words.

use std::collections::BTreeMap;

use ahash::AHashMap;

use crate::hash::{hash128, shingle_hash, word_hash};

/// Rows that a word or a pair of words may stand in to speak for any: "of the" speaks for none.
const MOST_ROWS: usize = 16;

/// A wording by its row and its number there.
pub(super) type Wording = (u32, u32);

/// Finds wordings; grows with every new one.
#[derive(Default)]
pub(super) struct Index {
    /// By the hash of all words, and by row: the number of the wording there.
    whole: BTreeMap<(u128, u32), u32>,
    /// By a word or a pair: of each row the first wording that has it. One more
    /// entry than counts marks what stands in too many rows.
    words: AHashMap<u64, Vec<Wording>>,
}

impl Index {
    /// Every row that has a wording with these words, by number.
    pub(super) fn known(&self, words: &str) -> impl Iterator<Item = Wording> {
        let hash = hash128(words.as_bytes());
        let rows = self.whole.range((hash, 0)..=(hash, u32::MAX));
        rows.map(|(&(_, row), &variant)| (row, variant))
    }

    /// The number of the wording with these words in a row.
    pub(super) fn in_row(&self, words: &str, row: u32) -> Option<u32> {
        self.whole.get(&(hash128(words.as_bytes()), row)).copied()
    }

    pub(super) fn add(&mut self, words: &str, wording: Wording) {
        self.whole
            .insert((hash128(words.as_bytes()), wording.0), wording.1);
        for feature in features(words) {
            let rows = self.words.entry(feature).or_default();
            if rows.len() <= MOST_ROWS && rows.iter().all(|(row, _)| *row != wording.0) {
                rows.push(wording);
            }
        }
    }

    /// Wordings of the rows that share most words with a line, with how many words
    /// and pairs speak for each; more rows for a longer line, which may hold several.
    pub(super) fn like(&self, words: &str) -> Vec<(Wording, u32)> {
        let mut votes: BTreeMap<Wording, u32> = BTreeMap::new();
        let mut length = 0;
        for feature in features(words) {
            length += 1;
            let rows = self.words.get(&feature).map_or(&[][..], Vec::as_slice);
            if rows.len() <= MOST_ROWS {
                rows.iter()
                    .for_each(|&at| *votes.entry(at).or_default() += 1);
            }
        }
        let mut votes: Vec<(Wording, u32)> = votes.into_iter().collect();
        votes.sort_by_key(|(_, votes)| u32::MAX - votes);
        votes.truncate(LEAST_TRIED + length / FEATURES_A_ROW);
        votes
    }
}

/// Wordings that a line is tried with: so many, and one more for so many words and pairs.
const LEAST_TRIED: usize = 4;
const FEATURES_A_ROW: usize = 16;

/// The words of a line and the pairs of neighbours, as hashes.
fn features(words: &str) -> impl Iterator<Item = u64> + '_ {
    let hashes = || words.split(' ').map(|word| word_hash(word.as_bytes()));
    let pairs = hashes()
        .zip(hashes().skip(1))
        .map(|(x, y)| shingle_hash(&[x, y]));
    hashes().chain(pairs)
}
