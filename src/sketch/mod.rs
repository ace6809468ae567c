//! Shingles to a signature: MinHash, versioned.
//!
//! A [`Signature`] is a pure function of a text and the settings. Sketches only
//! propose pairs; nothing read off a signature is ever reported as exact.

mod minhash;

pub use minhash::MinHasher;

/// Version of the signature's definition: tokens, shingles, hash function and
/// slot functions together. A change of any of them is a new version.
pub const SIGNATURE_VERSION: u8 = 1;

/// The smallest hash of a text's shingles under each of many hash functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// One minimum a slot; `u32::MAX` throughout for a text without shingles.
    pub slots: Box<[u32]>,
}

impl Signature {
    /// Estimate of the Jaccard of two texts: the share of equal slots. Its
    /// standard error is `sqrt(J (1 - J) / slots)`.
    pub fn estimate(&self, other: &Signature) -> f64 {
        let equal = self
            .slots
            .iter()
            .zip(&other.slots)
            .filter(|(a, b)| a == b)
            .count();
        equal as f64 / self.slots.len().max(1) as f64
    }
}
