//! Locality-sensitive hashing by bands of a MinHash signature.

use super::Keying;
use crate::config::Settings;
use crate::hash::hash64_seeded;
use crate::sketch::MinHasher;

/// Texts meet where all `rows` slots of a band of their signatures agree: a pair
/// of Jaccard J does with probability `1 - (1 - J^rows)^bands`.
#[derive(Debug)]
pub struct Banding {
    hasher: MinHasher,
    rows: usize,
}

impl Banding {
    /// Bands as the settings say.
    pub fn new(settings: &Settings) -> Self {
        Banding {
            hasher: MinHasher::new(settings.slots(), settings.seed),
            rows: settings.rows.max(1),
        }
    }
}

impl Keying for Banding {
    fn keys(&self, shingles: &[u64], keys: &mut Vec<u64>) {
        if shingles.is_empty() {
            return;
        }
        let signature = self.hasher.sign(shingles);
        let mut bytes = Vec::with_capacity(4 * self.rows);
        for (band, slots) in (0u64..).zip(signature.slots.chunks_exact(self.rows)) {
            bytes.clear();
            bytes.extend(slots.iter().flat_map(|slot| slot.to_le_bytes()));
            // Bands share one key space, so each has a seed of its own.
            keys.push(hash64_seeded(&bytes, band));
        }
    }
}
