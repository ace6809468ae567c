//! Text to word and shingle hashes at memory speed.
//!
//! The same words, shingles and counts as [`normalise`](mod@crate::normalise) and
//! [`shingles`](crate::shingle::shingles) give, without the bytes of each word:
//! for all that only compares hashes. Those two are the slow twin, and equality
//! with them, for every string, is what the tests here are about.
//!
//! Three passes. `fold` copies the text into canonical bytes: whole blocks of
//! ASCII are folded as they are copied, anything else goes character by
//! character. `words` finds the borders of words as bit masks of 64 bytes and
//! hashes each word without a branch. `windows` hashes every run of words.

mod fold;
mod windows;
mod words;

use fearless_simd::dispatch;

use crate::cpu::{self, Level};
use crate::hash::content_hash;

/// Reads texts one after the other, reusing its buffers: about five bytes for
/// each byte of the longest text so far, eleven at worst.
#[derive(Debug)]
pub struct Scanner {
    level: Level,
    folded: fold::Folded,
    borders: words::Borders,
    words: Vec<u64>,
    starts: Vec<u32>,
    shingles: Vec<u64>,
}

/// What was read of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan<'s> {
    /// [`word_hash`](crate::hash::word_hash) of each word in order.
    pub words: &'s [u64],
    /// First byte of each word in the text; `u32::MAX` for a word that begins
    /// with or beside something else than ASCII.
    pub starts: &'s [u32],
    /// Hashes of the shingles in text order, repetitions included.
    pub shingles: &'s [u64],
    /// Invisible characters that were left out.
    pub removed: u32,
    /// True where all words weigh alike: each shingle but a text's only one is `width` words.
    pub even: bool,
}

impl Default for Scanner {
    fn default() -> Self {
        Scanner::new()
    }
}

impl Scanner {
    /// A scanner for this machine.
    pub fn new() -> Self {
        Scanner::at_level(cpu::best())
    }

    /// A scanner that uses the instructions of `level` only. The results are the same.
    pub fn at_level(level: Level) -> Self {
        Scanner {
            level,
            folded: fold::Folded::default(),
            borders: words::Borders::default(),
            words: Vec::new(),
            starts: Vec::new(),
            shingles: Vec::new(),
        }
    }

    /// Reads a text; what was read before is forgotten. `width` is that of
    /// [`shingles`](crate::shingle::shingles). Texts beyond 256 MiB are not
    /// supported, as in [`normalise`](crate::normalise::normalise).
    ///
    /// Cost: for English a fifth (AVX-512) to two fifths (SSE2) of what a byte loop
    /// takes that hashes the same words; `cargo bench --bench stages` measures it.
    ///
    /// # Examples
    /// ```
    /// use wirecopy::{normalise::normalise, scan::Scanner, shingle::shingles};
    /// let text = "“Don’t panic”, said the U.S. ﬁre chief";
    /// let mut scanner = Scanner::new();
    /// let scan = scanner.scan(text, 5);
    /// assert_eq!(scan.words.len(), 9);
    /// let twin = shingles(&normalise(text), 5);
    /// assert!(scan.shingles.iter().eq(twin.iter().map(|shingle| &shingle.hash)));
    /// ```
    pub fn scan(&mut self, text: &str, width: usize) -> Scan<'_> {
        self.words.clear();
        self.starts.clear();
        self.shingles.clear();
        let Scanner {
            level,
            folded,
            borders,
            words,
            starts,
            shingles,
        } = self;
        let mut even = true;
        dispatch!(*level, simd => {
            fold::fold(simd, text, folded);
            words::words(simd, folded.blocks(), borders, words, starts);
            match folded.weights(words.len()) {
                None => windows::of_words(simd, words, width, shingles),
                Some(weights) => {
                    even = false;
                    windows::by_weight(words, weights, width, shingles);
                }
            }
        });
        self.folded.to_text(&mut self.starts);
        Scan {
            words: &self.words,
            starts: &self.starts,
            shingles: &self.shingles,
            removed: self.folded.removed(),
            even,
        }
    }
}

impl Scan<'_> {
    /// Hash of the whole text, `None` for a text without words: equal for texts
    /// that have the same words in the same order.
    pub fn content(&self) -> Option<u128> {
        (!self.words.is_empty()).then(|| content_hash(self.words))
    }
}

#[cfg(test)]
mod tests;
